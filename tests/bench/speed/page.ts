/** The page of benchmarks: rows of this run join those that stand in the file, unless these come from another machine. */
import { lineOf, misses, type Told } from "./told.ts"

const HEAD = `| row | ours | peer | peer's time | ratio | goal | other ways of the peer | share of peak |
|---|---:|---|---:|---:|---:|---|---:|`

/** Without what a row says of accuracies, which differ from run to run. */
const nameOf = (line: string): string => line.split("|")[1].split(" (accuracy of")[0].trim()

/** Lines of a table by the name of their row, those that columns were added to since included. */
const rowsIn = (page: string): ReadonlyMap<string, string> =>
  new Map(
    page
      .split("\n")
      .filter((line) => line.startsWith("| ") && !line.startsWith("| row |"))
      .map((line) => [nameOf(line), line]),
  )

const PROFILES = `## Where the time of rows that miss their goal goes

Shares of the operators in a session of one thread with nothing beside it, as onnxruntime's profiler counts them, from one percent on
(BatchNormalization is how a x + b with two numbers is computed, in GELU and its slope); at the end the ratio that would be left if
nothing but the products of matrices took time. Of whole processes: what they take before the work, and with it.`

/** What is said of the rows of a page that miss, by their names. */
const profilesIn = (page: string): ReadonlyMap<string, string> =>
  new Map([...page.matchAll(/^- \*\*(.*?)\*\*: (.*)$/gm)].map(([, name, profile]) => [name, profile]))

const machineIn = (page: string): string | undefined => /^Machine: .*$/m.exec(page)?.[0]

/** `order`: names as the table has them, others after them. Throws where the page was measured on another machine or other versions. */
export const merged = (
  old: string,
  machine: string,
  how: string,
  told: readonly Told[],
  order: readonly string[],
): string => {
  const before = machineIn(old)
  if (old !== "" && before !== machine)
    throw new Error(
      `the rows of the page were measured elsewhere:\n  ${before ?? "on a machine that it does not name"}\n  ${machine}\nmeasure all rows into a new file, or remove the old one`,
    )
  const rows = new Map([...rowsIn(old), ...told.map(lineOf).map((line): [string, string] => [nameOf(line), line])])
  const place = (name: string) => {
    const at = order.findIndex((known) => name.startsWith(known))
    return at < 0 ? order.length : at
  }
  const lines = [...rows].sort(([a], [b]) => place(a) - place(b)).map(([, line]) => line)
  const table = `# Benchmarks\n\n${how}\n\n${machine}\n\n${HEAD}\n${lines.join("\n")}\n`
  const anew = new Map(told.map((row) => [nameOf(lineOf(row)), misses(row) ? row.profile : undefined]))
  const profiles = lines
    .map(nameOf)
    .map((name) => [name, anew.has(name) ? anew.get(name) : profilesIn(old).get(name)])
    .filter(([, profile]) => profile !== undefined)
    .map(([name, profile]) => `- **${name}**: ${profile}`)
  return profiles.length === 0 ? table : `${table}\n${PROFILES}\n\n${profiles.join("\n")}\n`
}
