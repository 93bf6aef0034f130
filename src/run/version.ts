/** The version of l2r, as its package says. */
import { readFileSync } from "node:fs"

const manifest = (at: URL): { name?: string; version?: string } | undefined => {
  try {
    return JSON.parse(readFileSync(at, "utf8"))
  } catch {
    return undefined
  }
}

/** Sources lie two folders below the package, compiled files three. */
export const version: string =
  [
    manifest(new URL("../../package.json", import.meta.url)),
    manifest(new URL("../../../package.json", import.meta.url)),
  ].find((found) => found?.name === "l2r")?.version ?? "unknown"
