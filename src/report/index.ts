/** Events and results for people and other programs: terminal, `report.html`, `results.json`, `matrix.csv`. */
export { isResultsProblem, type ResultsProblem, readResults, resultsJson } from "./json.ts"
export { matrixCsv } from "./matrix_csv.ts"
export { type Progress, type ProgressOptions, type ProgressStream, progress } from "./progress.ts"
export { type Terminal, terminalOf } from "./terminal.ts"
export { type ReportFile, terminalReport } from "./terminal_report.ts"

/** Loaded when asked for: a run that only prints needs no page. */
export const reportHtml = async (
  ...[results]: Parameters<typeof import("./html/report.ts").reportHtml>
): Promise<string> => (await import("./html/report.ts")).reportHtml(results)
