/** Takes the records of some steps out of a store, and the objects that no other record names. */
import { readdirSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { readRecord } from "../../src/run/store/record.ts"

export const forget = (store: string, keys: ReadonlySet<string>): void => {
  const named = new Set<string>()
  for (const name of readdirSync(join(store, "steps"))) {
    const key = name.replace(/\.json$/, "")
    if (keys.has(key)) rmSync(join(store, "steps", name))
    else {
      const { json, arrays } = readRecord(key, readFileSync(join(store, "steps", name)))
      for (const object of [json, arrays]) if (object) named.add(object.digest)
    }
  }
  for (const part of readdirSync(join(store, "objects"))) {
    for (const name of readdirSync(join(store, "objects", part)))
      if (!named.has(name.split(".")[0])) rmSync(join(store, "objects", part, name))
  }
}
