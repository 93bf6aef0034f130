/** What a store and a folder of results hold, timings aside, as one digest per thing: two runs are equal where these are. */
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { readRecord } from "../../src/run/store/record.ts"

export type Content = Readonly<Record<string, string>>

export const storeContent = (store: string): Content => {
  const found: Record<string, string> = {}
  for (const part of readdirSync(join(store, "objects"))) {
    for (const name of visible(join(store, "objects", part)))
      found[`object ${name}`] = digest(readFileSync(join(store, "objects", part, name)))
  }
  for (const name of visible(join(store, "steps"))) {
    const { json, arrays, warnings, kind, label } = readRecord(
      name.replace(/\.json$/, ""),
      readFileSync(join(store, "steps", name)),
    )
    found[`${kind} "${label}" ${name}`] = JSON.stringify({ json, arrays, warnings })
  }
  return found
}

/** `results.json` without what measures time or says what was computed when, and `matrix.csv` as it is. */
export const resultsContent = (out: string): Content => {
  const [results, matrix] = ["results.json", "matrix.csv"].map((name) => join(out, name))
  if (!existsSync(results)) return {}
  const lasting = JSON.parse(readFileSync(results, "utf8"), (key, value) => (passing.test(key) ? undefined : value))
  return { "results.json": digest(JSON.stringify(lasting)), "matrix.csv": digest(readFileSync(matrix)) }
}

const passing = /^(started|seconds|\w+Seconds|cached)$/

/** Things that are not the same on both sides, for people. */
export const differences = (expected: Content, found: Content): readonly string[] =>
  [...new Set([...Object.keys(expected), ...Object.keys(found)])].flatMap((name) =>
    expected[name] === found[name]
      ? []
      : [`${name}: ${name in found ? (name in expected ? "differs" : "should not be there") : "is missing"}`],
  )

const visible = (folder: string): readonly string[] => readdirSync(folder).filter((name) => !name.startsWith("."))
const digest = (bytes: string | Uint8Array): string => createHash("sha256").update(bytes).digest("hex")
