/** What a plugin says of itself with its options, as a plain fact of the vocabulary: `src/plan/options/by_options.ts` asks the plugin. */

export interface ByOptions<Said> {
  /** With every option at its default. */
  readonly byDefault: Said
  /** Where one option alone is written, and that says otherwise: by its name, then by its value, or "*" for any. */
  readonly where?: Readonly<Record<string, Readonly<Record<string, Said>>>>
}

/** What it says with options as they are written; undefined where these speak against each other, or nothing is known. */
export const saidBy = <Said>(
  by: ByOptions<Said> | undefined,
  written: (option: string) => unknown,
): Said | undefined => {
  if (!by) return undefined
  const said = Object.entries(by.where ?? {}).flatMap(([option, values]) => {
    const value = written(option)
    const key = Object.hasOwn(values, String(value)) ? String(value) : "*"
    return value !== undefined && Object.hasOwn(values, key) ? [values[key]] : []
  })
  if (said.length === 0) return by.byDefault
  return said.every((one) => one === said[0]) ? said[0] : undefined
}
