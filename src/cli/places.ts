/** Where a run keeps things, and how flags say so. */
import { basename, dirname, join } from "node:path"

export const places = {
  store: { type: "string", default: join(".l2r", "store"), what: "folder of the store" },
} as const

/** `examples/01_quickstart/spec.l2r` writes to l2r-results/01_quickstart, `x.l2r` to l2r-results/x. */
export const outFolder = (given: string | boolean | undefined, file: string): string => {
  if (typeof given === "string") return given
  const name = basename(file).replace(/\.l2r$/, "")
  return join("l2r-results", name === "spec" ? basename(dirname(join(process.cwd(), file))) || name : name)
}
