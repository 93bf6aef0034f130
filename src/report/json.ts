/** `results.json`: written piece by piece, so that no row count exceeds the longest string; read with a check of schema and shape. */
import { type Cell, RESULTS_VERSION, type Results } from "../learning/results.ts"
import { shapeProblem } from "./results_shape.ts"

/** Why a file can't be read as results: what is wrong with which file, and what to do. */
export interface ResultsProblem {
  readonly _tag: "ResultsProblem"
  readonly file: string
  readonly message: string
  readonly help: string
}

/** The text of `results.json` in pieces; a line per row, summary and comparison. Joined, they are JSON. */
export function* resultsJson(results: Results): Generator<string> {
  const { cells, ...rest } = results
  yield `${JSON.stringify(rest).slice(0, -1)},"cells":[`
  for (const [index, cell] of cells.entries()) {
    yield index === 0 ? "\n" : ",\n"
    yield* cellJson(cell)
  }
  yield "]}\n"
}

function* cellJson(cell: Cell): Generator<string> {
  const { rows, summary, comparisons, ...rest } = cell
  yield JSON.stringify(rest).slice(0, -1)
  for (const [name, items] of Object.entries({ rows, summary, comparisons })) {
    yield `,"${name}":[`
    for (const [index, item] of items.entries()) yield `${index === 0 ? "\n" : ",\n"}${JSON.stringify(item)}`
    yield "]"
  }
  yield "}"
}

/** Reads the text of a results file. A file of another kind, version or shape is a problem that names the place. */
export function readResults(text: string, file: string): Results | ResultsProblem {
  const problem = (message: string, help: string): ResultsProblem => ({ _tag: "ResultsProblem", file, message, help })
  const again =
    "Run the experiment again: `l2r run` reads finished steps from the store and only writes the files anew."
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return problem(
      text.trim() === "" ? "The file is empty." : `The file is not JSON, or it is cut short: ${reason}.`,
      again,
    )
  }
  const head = (typeof value === "object" && value !== null ? value : {}) as { schema?: unknown; version?: unknown }
  if (head.schema !== "l2r/results") {
    const found = head.schema === undefined ? "nothing" : JSON.stringify(head.schema)
    return problem(
      `The file holds no results of l2r: its field "schema" is ${found}, not "l2r/results".`,
      "Name a results.json that `l2r run` wrote.",
    )
  }
  if (head.version !== RESULTS_VERSION) {
    const newer = typeof head.version === "number" && head.version > RESULTS_VERSION
    return problem(
      `The file has version ${JSON.stringify(head.version) ?? "nothing"} of the results; this l2r reads version ${RESULTS_VERSION}.`,
      newer ? "It was written by a newer l2r: install that version, or one that is newer still." : again,
    )
  }
  const wrong = shapeProblem(value)
  return wrong === undefined ? (value as Results) : problem(wrong, again)
}

export const isResultsProblem = (value: Results | ResultsProblem): value is ResultsProblem => "_tag" in value
