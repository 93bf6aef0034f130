/** `l2r ast SPEC`: the tree of a spec as data, for other programs. `l2r schema ast` is its schema. */
import { astJson } from "../../dsl/syntax/ast_json.ts"
import { readSource } from "../source.ts"
import { summaries } from "./summaries.ts"
import { UsageError, type Verb } from "./verb.ts"

export default {
  summary: summaries.ast,
  usage: "ast SPEC [--format json]",
  words: [1, 1],
  flags: { format: { type: "string", default: "json", what: "json, the one there is" } },
  run: async ([file], { format }) => {
    if (format !== "json") throw new UsageError(`--format is json, not ${format}`)
    const made = astJson(readSource(file).text, file)
    process.stdout.write(`${JSON.stringify(made, null, 2)}\n`)
    return made.diagnostics.some(({ severity }) => severity === "error") ? 1 : 0
  },
} satisfies Verb
