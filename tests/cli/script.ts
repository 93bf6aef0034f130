/**
 * Tests of the command line as text: one file a case, with commands, what they must print, and the files they need.
 *
 *     # What the case shows.
 *     copy tiny                        a folder beside this file, or of tests/golden, into the case's own folder
 *     l2r check spec.l2r               runs src/cli/main.ts; the lines below are about what it did; `l2r run` gets one worker, which
 *                                      starts sooner than two, unless the line says how many
 *     exit 1                           0 where there is no such line
 *     stdout did you mean `lora`       a regular expression that must match; `no stdout .` must not
 *     stderr ^error
 *     exists report/matrix.csv         `no exists FILE` for one that must not be there
 *     holds report/matrix.csv ^cell,   a regular expression that must match in a file; `no holds` must not
 *
 *     -- spec.l2r --                   files of the case stand at its end; $ROOT is where l2r lies
 *     language 1
 *
 * More commands prepare files: `change FILE "old" "new"`, `cut FILE BYTES`, `write FILE "text" [TIMES]`, `folder DIR`,
 * `lock DIR` (read-only). `small l2r ...` can write no file above a kilobyte, as on a full disk. `needs unix`, `linux`,
 * `user`, `awaits` name what a case cannot do without, `needs node` a case that shows nothing of the runtime and is played once. Whatever it does, l2r shows no stack trace; what it calls unexpected fails the case,
 * unless a line `unexpected` says that a plugin of the case is at fault.
 */
import { readFileSync } from "node:fs"

export interface Line {
  readonly number: number
  readonly not: boolean
  readonly command: string
  readonly rest: string
}

export interface Script {
  readonly title: string
  readonly lines: readonly Line[]
  readonly files: readonly (readonly [string, string])[]
  readonly needs: readonly string[]
}

export const readScript = (file: URL): Script => {
  const [commands, ...sections] = readFileSync(file, "utf8")
    .replaceAll("\r\n", "\n")
    .split(/^-- (.+) --\n/m)
  const files = sections.flatMap((name, i) => (i % 2 === 0 ? [[name, sections[i + 1]] as const] : []))
  const all = linesOf(commands)
  const title = all.find(({ command }) => command === "#")?.rest ?? ""
  const lines = all.filter(({ command }) => command !== "" && command !== "#" && command !== "needs")
  return { title, lines, files, needs: all.filter(({ command }) => command === "needs").map(({ rest }) => rest) }
}

export const linesOf = (commands: string): readonly Line[] =>
  commands.split("\n").map((text, i) => lineOf(text.trim(), i + 1))

const lineOf = (text: string, number: number): Line => {
  const not = text.startsWith("no ")
  const [command, ...words] = (not ? text.slice(3) : text).split(" ")
  return { number, not, command, rest: words.join(" ") }
}

/** Words of a command, split at spaces; in quotes as in JSON. */
export const wordsOf = (text: string): readonly string[] =>
  (text.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? []).map((word) =>
    word.startsWith('"') ? (JSON.parse(word) as string) : word,
  )
