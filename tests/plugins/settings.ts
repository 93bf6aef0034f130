/**
 * Which settings of a plugin are tested on this runtime. Settings differ in the formulas that they make, plain TypeScript
 * in double precision; so Node takes all, and Bun and Deno share the plugins, each in its first setting.
 */
import { test } from "node:test"

const { bun, deno } = process.versions as Readonly<Record<string, string | undefined>>
const other = bun !== undefined || deno !== undefined

/** Whether this runtime takes the n-th plugin: Node each, Bun and Deno every other. */
const takes = (n: number): boolean => !other || n % 2 === (bun === undefined ? 1 : 0)

/** `check` for every setting, or for the first one of the plugins that this runtime takes. */
export const settingsFor = <Rest extends readonly unknown[]>(
  check: (plugin: never, ...rest: Rest) => void,
): ((plugin: { readonly name: string; readonly kind: string }, ...rest: Rest) => void) => {
  const seen = new Set<string>()
  test("every setting", {
    skip: other && "the same formulas on each runtime: here every other plugin once, on Node all",
  }, () => {})
  return (plugin, ...rest) => {
    if (other && seen.has(plugin.name)) return
    seen.add(plugin.name)
    if (!takes(seen.size - 1)) return
    check(plugin as never, ...rest)
  }
}
