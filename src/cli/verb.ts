/** What a verb of the command line is: one file each, found by its name. */
import type { ParseArgsOptionsConfig } from "node:util"

export type Flags = Readonly<Record<string, string | boolean | undefined>>

export interface Verb {
  /** One line for `l2r help`. */
  readonly summary: string
  /** The line after `l2r`. */
  readonly usage: string
  /** Flags with what they mean; `names`: the value is a name that the spec declares. */
  readonly flags: Readonly<
    Record<string, ParseArgsOptionsConfig[string] & { readonly what: string; readonly names?: true }>
  >
  /** What a shell proposes as its first word, its second, ...; where nothing stands here, files. */
  readonly proposes?: readonly (readonly string[])[]
  /** How many words it takes: at least and at most. */
  readonly words: readonly [number, number]
  /** It writes by `print` alone, so the process's streams need not be opened. */
  readonly prints?: true
  /** Exit code: 0 done, 1 the input is at fault, 2 the command line is. */
  readonly run: (words: readonly string[], flags: Flags) => Promise<number>
}

/** The command line is at fault. */
export class UsageError extends Error {
  override readonly name = "UsageError"
}
