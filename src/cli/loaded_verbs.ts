/** All verbs, for what is made of their tables. */
import type { Verb } from "./verb.ts"
import { verbs } from "./verbs.ts"

export const loadedVerbs = async (): Promise<Readonly<Record<string, Verb>>> =>
  Object.fromEntries(
    await Promise.all(Object.entries(verbs).map(async ([name, load]) => [name, (await load()).default] as const)),
  )
