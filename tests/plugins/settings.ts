/**
 * Which settings of a plugin are tested on this runtime. Settings differ in the formulas that they make, plain TypeScript
 * in double precision; so Bun and Deno take each plugin once, in its first setting, and Node takes all.
 */
import { test } from "node:test"

const other = process.versions.bun !== undefined || process.versions.deno !== undefined

/** `check` for the first setting of each plugin, and where all are tested for every one. */
export const settingsFor = <Rest extends readonly unknown[]>(
  check: (plugin: never, ...rest: Rest) => void,
): ((plugin: { readonly name: string; readonly kind: string }, ...rest: Rest) => void) => {
  const seen = new Set<string>()
  test("every setting", {
    skip: other && "the same formulas on each runtime: here each plugin once, on Node all",
  }, () => {})
  return (plugin, ...rest) => {
    if (other && seen.has(plugin.name)) return
    seen.add(plugin.name)
    check(plugin as never, ...rest)
  }
}
