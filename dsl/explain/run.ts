/** Runs the examples of explanations against the plugins that ship. */
import { type BrokenIn, type Checked, check } from "../index.ts"
import type { PluginEntry, Vocabulary } from "../vocabulary.ts"
import { type Example, exampleOf, GIVEN, type Page } from "./page.ts"

/** The router that the examples bring by `use`. */
const nearestClass: PluginEntry = {
  name: "nearest_class",
  summary: "Modules weighted by how near a text lies to the centres of their classes",
  options: { type: "object", properties: { memory: { type: "string", reference: "memory" } } },
}
/** An adapter with a rule of its own: the width is a multiple of the parts. */
const split: PluginEntry = {
  name: "split",
  summary: "An adapter in equal parts",
  options: { type: "object", properties: { parts: { type: "integer" }, width: { type: "integer" } } },
  rules: true,
}
const mine: Vocabulary = { version: 1, kinds: { router: { nearest_class: nearestClass }, adapter: { split } } }

const brokenIn: BrokenIn = (_, { options: { parts, width } }) =>
  Number(width) % Number(parts) === 0
    ? []
    : [{ path: ["parts"], message: `${parts} parts can't share a width of ${width} equally` }]

/** Tasks of the data that the examples speak of: those of `wordnet`, and of a small `jsonl`. */
const TASKS = ["living", "things", "mind", "happenings", "deeds"]
const REVIEWS = [
  { name: "books", train: { good: 8, bad: 8 }, test: 20 },
  { name: "films", train: { good: 8, bad: 8 }, test: 20 },
]

/** What is said of an example; its plugins and data are those that the text speaks of. */
export const runExample = (
  example: string | Example,
  { given }: Pick<Page, "given">,
  vocabulary: Vocabulary,
): Checked => {
  const { spec, files = {}, ...flags } = exampleOf(example)
  const tasks = TASKS.map((name) => ({ name, train: { [`${name}_1`]: 90, [`${name}_2`]: 90 }, test: 500 }))
  const isSmall = (plugin: string) => plugin === "jsonl"
  return check(`${spec}\n${given ? GIVEN : ""}`, {
    file: "spec.l2r",
    vocabulary,
    uses: { mine, first: mine, absent: { problem: 'there is no plugin file "./absent.ts"' } },
    open: (file) => (Object.hasOwn(files, file) ? { text: files[file] } : { problem: `there is no file ${file}` }),
    brokenIn,
    tasksOf: ({ plugin }) => (isSmall(plugin.name) ? REVIEWS.map(({ name }) => name) : TASKS),
    factsOf: ({ plugin, location }) =>
      location === "absent" ? { problem: "there is no folder absent" } : isSmall(plugin.name) ? REVIEWS : tasks,
    advice: true,
    ...flags,
  })
}
