/** `l2r fix`: specs of older language versions in the current one. Loads the language alone. */

import { render } from "../../dsl/index.ts"
import { current } from "../../dsl/syntax/dialect.ts"
import { migrated } from "../../dsl/syntax/migrate.ts"
import { readText } from "../source.ts"
import { specsIn } from "./specs_in.ts"
import { summaries } from "./summaries.ts"
import { unifiedDiff } from "./unified_diff.ts"
import type { Verb } from "./verb.ts"

export default {
  summary: summaries.fix,
  usage: "fix [FILES | FOLDERS] [--check] [--diff]",
  words: [0, Number.POSITIVE_INFINITY],
  flags: {
    check: { type: "boolean", what: "write nothing; exit 1 where something would change" },
    diff: { type: "boolean", what: "write nothing; print what would change" },
  },
  run: async (words, { check, diff }) => {
    let [changed, failed, newer] = [0, 0, 0]
    const files = specsIn(words.length === 0 ? ["."] : words)
    for (const file of files) {
      const text = readText(file, "a spec", "a spec ends in .l2r")
      const made = migrated(text, file)
      if ("problems" in made) {
        failed++
        process.stderr.write(`${render(made.problems, text)}${file} can't be read whole, so it stays as it is\n`)
        continue
      }
      if (made.from > current.version) {
        newer++
        process.stderr.write(
          `${file} is written in language ${made.from}; this l2r reads language ${current.version}\n`,
        )
      }
      if (made.text === text) continue
      changed++
      if (diff) process.stdout.write(unifiedDiff(file, text, made.text))
      else process.stdout.write(`${file}: language ${made.from} to ${made.to}; ${made.what.join("; ")}\n`)
      if (!check && !diff) (await import("./rewrite.ts")).rewrite(file, made.text)
    }
    if (!diff)
      process.stdout.write(
        `${files.length} file${files.length === 1 ? "" : "s"}, ${changed} ${check ? "would change" : "changed"}; this is language ${current.version}\n`,
      )
    return failed > 0 || newer > 0 || (check && changed > 0) ? 1 : 0
  },
} satisfies Verb
