/** `l2r check SPEC`: every problem of a spec at once. Loads the language alone, unless the spec says `use`. */
import { render, summary, toJson } from "../../dsl/index.ts"
import { checkSource, readSource } from "../source.ts"
import { UsageError, type Verb } from "./verb.ts"

export default {
  summary: "find every problem of a spec at once",
  usage: "check SPEC [--format text|json]",
  words: [1, 1],
  flags: { format: { type: "string", default: "text", what: "text for people, json for programs" } },
  run: async ([file], { format }) => {
    if (format !== "text" && format !== "json") throw new UsageError(`--format is text or json, not ${format}`)
    const source = readSource(file)
    const { diagnostics, spec } = await checkSource(source)
    if (format === "json") process.stdout.write(`${JSON.stringify(toJson(diagnostics, source.text), null, 2)}\n`)
    else {
      const shown = diagnostics.filter(({ severity }) => severity !== "hint")
      const text = render(shown, source.text, { color: process.stdout.isTTY === true && !process.env.NO_COLOR })
      process.stdout.write(`${text}${text ? "\n" : ""}${file}: ${summary(shown)}\n`)
    }
    return spec ? 0 : 1
  },
} satisfies Verb
