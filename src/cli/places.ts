/** Where a run keeps things, and how flags say so. */
import { basename, dirname, join } from "node:path"
import { UsageError } from "./verb.ts"

export const places = { store: { type: "string", default: join(".l2r", "store"), what: "folder of the store" } } as const

/** `examples/01_quickstart/spec.l2r` writes to l2r-results/01_quickstart, `x.l2r` to l2r-results/x. */
export const outFolder = (given: string | boolean | undefined, file: string): string => {
  if (typeof given === "string") return given
  const name = basename(file).replace(/\.l2r$/, "")
  return join("l2r-results", name === "spec" ? basename(dirname(join(process.cwd(), file))) || name : name)
}

export const wholeNumber = (flag: string, value: string | boolean | undefined): number | undefined => {
  if (value === undefined) return undefined
  const number = Number(value)
  if (!Number.isInteger(number) || number < 1) throw new UsageError(`--${flag} is a whole number of at least 1, not ${value}`)
  return number
}
