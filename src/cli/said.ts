/** Flags that change a spec from outside: `--set`, `--only`, `--skip`. Every verb that checks a spec for a run has them. */
import type { Said } from "../source.ts"
import type { Flags } from "./verb.ts"

export const saidFlags = {
  set: {
    type: "string",
    multiple: true,
    what: "an option's value over that of the file: low_rank.rank=16; 4,8 is a sweep",
  },
  only: {
    type: "string",
    multiple: true,
    names: true,
    what: "run these alone: names, or patterns with * and ?, of experiments, studies, portabilities and what they list",
  },
  skip: {
    type: "string",
    multiple: true,
    names: true,
    what: "leave these out, named in the same way",
  },
} as const

export const saidIn = (flags: Flags): Said => ({
  set: several(flags.set),
  only: several(flags.only),
  skip: several(flags.skip),
})

/** A word as a shell reads it back: `'low_rank.rank=[4, 8]'`. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./\\-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`

/** A flag that may be repeated comes as a list. */
const several = (flag: unknown): readonly string[] => (Array.isArray(flag) ? flag.map(String) : [])
