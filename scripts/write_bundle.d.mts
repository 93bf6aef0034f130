/** Types of write_bundle.mjs. */
export const verbs: readonly string[]
export function loadedBy(files: readonly string[]): ReadonlySet<string>
