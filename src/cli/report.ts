/** `l2r report RESULTS_JSON`: prints the tables of a run again and writes its page and matrix anew. */
import { dirname } from "node:path"
import { isResultsProblem, readResults, terminalOf, terminalReport } from "../report/index.ts"
import { readText } from "../source.ts"
import { summaries } from "./summaries.ts"
import type { Verb } from "./verb.ts"

export default {
  summary: summaries.report,
  usage: "report RESULTS_JSON [--out DIR]",
  words: [1, 1],
  flags: { out: { type: "string", what: "folder to write to; that of the results by default" } },
  run: async ([file], { out }) => {
    const results = readResults(readText(file, "a results file", "`l2r run` writes results.json", Infinity), file)
    if (isResultsProblem(results)) {
      process.stderr.write(`error: ${file}: ${results.message}\n  help: ${results.help}\n`)
      return 1
    }
    const { writeReport } = await import("../compile.ts")
    const files = await writeReport(results, typeof out === "string" ? out : dirname(file), [
      "report.html",
      "matrix.csv",
    ])
    process.stdout.write(terminalReport(results, files, terminalOf(process.stdout, process.env)))
    return 0
  },
} satisfies Verb
