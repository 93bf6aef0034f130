/**
 * The page of benchmarks: a section for each machine with its versions, since how rows compare differs between processors.
 * Rows of a run join those of the same machine; what was measured elsewhere stays as it stands.
 */
import { lineOf, misses, type Told } from "./told.ts"

const HEAD = `| row | ours | peer | peer's time | ratio | goal | other ways of the peer | share of peak |
|---|---:|---|---:|---:|---:|---|---:|`

const PROFILES = `Where the time of rows that miss their goal goes: shares of the operators in a session of one thread with nothing beside it, as onnxruntime's
profiler counts them, from one percent on (BatchNormalization is how a x + b with two numbers is computed, in GELU and its slope); at the
end the ratio that would be left if nothing but the products of matrices took time. Of whole processes: what they take before the work, and with it.`

/** What a run was made on, and how. */
export interface Measured {
  /** The processor, as people call it: the title of its section. */
  readonly title: string
  /** Machine and versions in one line, that begins with "Machine: ": rows are of one section where this is the same. */
  readonly machine: string
  /** Turns, load, commit: of the latest run that wrote into the section. */
  readonly run: string
}

/** Without what a row says of accuracies, which differ from run to run. */
const nameOf = (line: string): string => line.split("|")[1].split(" (accuracy of")[0].trim()

/** Lines of a table by the name of their row, those that columns were added to since included. */
const rowsIn = (section: string): ReadonlyMap<string, string> =>
  new Map(
    section
      .split("\n")
      .filter((line) => line.startsWith("| ") && !line.startsWith("| row |"))
      .map((line) => [nameOf(line), line]),
  )

/** What is said of the rows of a section that miss, by their names. */
const profilesIn = (section: string): ReadonlyMap<string, string> =>
  new Map([...section.matchAll(/^- \*\*(.*?)\*\*: (.*)$/gm)].map(([, name, profile]) => [name, profile]))

/** The sections of a page as they stand, the latest first. */
const sectionsIn = (page: string): readonly string[] =>
  page
    .split(/^(?=## )/m)
    .slice(1)
    .map((section) => section.trimEnd())

/** `order`: names as a table has them, others after them. */
export const merged = (
  old: string,
  intro: string,
  { title, machine, run }: Measured,
  told: readonly Told[],
  order: readonly string[],
): string => {
  const sections = sectionsIn(old)
  const same = sections.find((section) => section.split("\n").includes(machine)) ?? ""
  const rows = new Map([...rowsIn(same), ...told.map(lineOf).map((line): [string, string] => [nameOf(line), line])])
  const place = (name: string) => {
    const at = order.findIndex((known) => name.startsWith(known))
    return at < 0 ? order.length : at
  }
  const lines = [...rows].sort(([a], [b]) => place(a) - place(b)).map(([, line]) => line)
  const anew = new Map(told.map((row) => [nameOf(lineOf(row)), misses(row) ? row.profile : undefined]))
  const stands = profilesIn(same)
  const profiles = lines
    .map(nameOf)
    .map((name) => [name, anew.has(name) ? anew.get(name) : stands.get(name)])
    .filter(([, profile]) => profile !== undefined)
    .map(([name, profile]) => `- **${name}**: ${profile}`)
  const missing = profiles.length === 0 ? "" : `\n\n${PROFILES}\n\n${profiles.join("\n")}`
  const section = `## ${title}\n\n${machine}\n\n${run}\n\n${HEAD}\n${lines.join("\n")}${missing}`
  return `# Benchmarks\n\n${[intro, section, ...sections.filter((one) => one !== same)].join("\n\n")}\n`
}
