/** `l2r fmt`: specs in their canonical form. Loads the language alone. */
import { readFileSync } from "node:fs"
import { format, lossOf } from "../../dsl/format/index.ts"
import { linesOf } from "../../dsl/index.ts"
import { decoded, readText, SourceError } from "../source.ts"
import { specsIn } from "./specs_in.ts"
import { summaries } from "./summaries.ts"
import { unifiedDiff } from "./unified_diff.ts"
import { UsageError, type Verb } from "./verb.ts"

export default {
  summary: summaries.fmt,
  usage: "fmt [FILES | FOLDERS | -] [--check] [--diff]",
  words: [0, Number.POSITIVE_INFINITY],
  flags: {
    check: { type: "boolean", what: "write nothing; exit 1 where something would change" },
    diff: { type: "boolean", what: "write nothing; print what would change" },
  },
  run: async (words, { check, diff }) => {
    if (words.includes("-") && words.length > 1) throw new UsageError("- stands for standard input, and stands alone")
    if (words[0] === "-") return fromInput(check === true, diff === true)
    const files = specsIn(words.length === 0 ? ["."] : words)
    let changed = 0
    for (const file of files) {
      const text = readText(file, "a spec", "a spec ends in .l2r")
      const made = formatted(text, file)
      if (made === text) continue
      changed++
      if (diff) process.stdout.write(unifiedDiff(file, text, made))
      if (check && !diff) process.stdout.write(`${file} would change\n`)
      if (check || diff) continue
      ;(await import("./rewrite.ts")).rewrite(file, made)
      process.stdout.write(`${file} formatted\n`)
    }
    if (!diff)
      process.stdout.write(
        `${files.length} file${files.length === 1 ? "" : "s"}, ${changed} ${check ? "would change" : "changed"}\n`,
      )
    return check && changed > 0 ? 1 : 0
  },
} satisfies Verb

const fromInput = (check: boolean, diff: boolean): number => {
  const text = decoded(readFileSync(0), "standard input")
  const made = formatted(text, "standard input")
  if (diff) process.stdout.write(made === text ? "" : unifiedDiff("standard input", text, made))
  else if (!check) process.stdout.write(made)
  return check && made !== text ? 1 : 0
}

/** The canonical form; what can't be read is told, and stays. Throws SourceError rather than lose anything. */
const formatted = (text: string, file: string): string => {
  const { text: made, broken } = format(text, file)
  const loss = made === text ? undefined : lossOf(text, made)
  if (loss !== undefined)
    throw new SourceError(
      `formatting ${file} would change ${loss}, so it stays as it is`,
      "this is an error of l2r: please report it with the file",
    )
  const lines = linesOf(text)
  for (const { start } of broken)
    process.stderr.write(
      `${file}:${lines.at(start).line}: can't be read and stays as it is; \`l2r check\` says what is wrong\n`,
    )
  return made
}
