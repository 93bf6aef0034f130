/** Runs the examples of explanations against the plugins that ship. */
import { type Checked, check } from "../index.ts"
import type { PluginEntry, Vocabulary } from "../vocabulary.ts"
import { type Page, wholeOf } from "./page.ts"

/** The router that the examples bring by `use`. */
const nearestClass: PluginEntry = {
  name: "nearest_class",
  summary: "Modules weighted by how near a text lies to the centres of their classes",
  options: { type: "object", properties: { memory: { type: "string", reference: "memory" } } },
}
const mine: Vocabulary = { version: 1, kinds: { router: { nearest_class: nearestClass } } }

/** What is said of an example; its plugins and data are those that the text speaks of. */
export const runExample = (example: string, page: Page, vocabulary: Vocabulary): Checked =>
  check(wholeOf(example, page), {
    file: "spec.l2r",
    vocabulary,
    uses: { mine, first: mine, absent: { problem: 'there is no plugin file "./absent.ts"' } },
    tasksOf: () => ["living", "things", "mind", "happenings", "deeds"],
  })
