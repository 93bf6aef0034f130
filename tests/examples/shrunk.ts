/** Examples made small: the spec's text with other sizes, and a BERT of two blocks, 16 wide, with random weights. */
import assert from "node:assert/strict"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import type { Spec } from "../../dsl/index.ts"
import { checkSource, plan, readSource, run, type Source } from "../../src/compile.ts"
import type { Results } from "../../src/learning/results.ts"
import { trainWordPiece } from "../../src/model/wordpiece.ts"
import type { Plan } from "../../src/plan/plan.ts"
import { type Backbone, type DataSource, randomStream } from "../../src/plugin/index.ts"
import { loadPlugin } from "../../src/plugin/load.ts"
import type { RunEvent } from "../../src/run/events.ts"

export const folder = fileURLToPath(new URL("../../examples/", import.meta.url))

/** The spec of an example; each change, from a text that it has to another, is made wherever that text stands. */
export const example = (name: string, changes: Readonly<Record<string, string>> = {}): Source => {
  const source = readSource(join(folder, name, "spec.l2r"))
  const text = Object.entries(changes).reduce((before, [from, to]) => {
    assert.ok(before.includes(from), `${name} has no "${from}" to change`)
    return before.replaceAll(from, to)
  }, source.text)
  return { ...source, text }
}

/** Two tasks with few examples, few epochs. */
export const SMALL = {
  "{ memory: few }": "{ memory: few, epochs: 2 }",
  "{ per_class: 5 }": "{ per_class: 2 }",
  "data glosses = wordnet": "data glosses = wordnet { train_per_class: 8, validation_per_class: 2, test_per_class: 5 }",
  "[living, things, mind, happenings, deeds]": "[living, things]",
  "epochs: 3": "epochs: 1",
  "max_tokens: 48": "max_tokens: 16",
}

/** Writes the small BERT into a folder; gives the change that lets a spec read it. */
export const smallBackbone = async (directory: string, layers = 2): Promise<Readonly<Record<string, string>>> => {
  const wordnet = (await loadPlugin("data", "wordnet")) as DataSource
  const tasks = await wordnet.load(
    ["living"],
    undefined,
    { train_per_class: 40, validation_per_class: 0, test_per_class: 1 },
    { directory },
  )
  const tokenizer = trainWordPiece(
    tasks.flatMap(({ train }) => train.map(({ text }) => text)),
    { size: 400 },
  )
  const bert = (await loadPlugin("backbone", "bert")) as Backbone
  const size = { layers, width: 16, heads: 2, intermediate: 32, vocabulary: 400, positions: 16 }
  const made = bert.create!(size, tokenizer, randomStream(1, "small backbone"))
  mkdirSync(directory, { recursive: true })
  for (const [name, content] of Object.entries(bert.files!(made))) writeFileSync(join(directory, name), content)
  return { '"gloss-mini"': JSON.stringify(directory) }
}

/** The folders of siblings that the examples of transfers name, which are made before they are run, as they stand in each. */
const SIBLINGS: Readonly<Record<string, string>> = {
  "11_transfer": "./siblings/",
  "13_portability": "../11_transfer/siblings/",
}

/** The changes that let an example find its siblings elsewhere; none where it has none. */
export const siblingsIn = (name: string, directory: string): Readonly<Record<string, string>> =>
  SIBLINGS[name] === undefined ? {} : { [`"${SIBLINGS[name]}`]: `"${directory.replaceAll("\\", "/")}/` }

/** Their sizes, beside those of the encoder that ships. */
export const SIBLING_SIZES = { shallow: { layers: 2, width: 192 }, slim: { layers: 2, width: 96 } } as const

export const checked = async (source: Source): Promise<Spec> => {
  const { spec, diagnostics } = await checkSource(source)
  assert.deepEqual(
    diagnostics.filter(({ severity }) => severity === "error"),
    [],
  )
  return spec as Spec
}

export interface Ran {
  readonly planned: Plan
  readonly results: Results
  /** Kinds and labels of the steps that were computed, by key. */
  readonly computed: ReadonlyMap<string, string>
}

export const ran = async (source: Source, store: string, settings: Parameters<typeof plan>[2] = {}): Promise<Ran> => {
  const spec = await checked(source)
  const planned = await plan(spec, source, settings)
  const labels = new Map(planned.steps.map(({ key, kind, label }) => [key, `${kind}: ${label}`]))
  const computed = new Map<string, string>()
  const onEvent = (event: RunEvent): void => {
    assert.notEqual(event.type, "failed", JSON.stringify(event))
    if (event.type === "finished") computed.set(event.key, labels.get(event.key) as string)
  }
  // One worker: each has to load everything first, which takes longer than these steps, and the suite uses all cores anyway.
  return { planned, results: await Effect.runPromise(run(planned, source, { store, workers: 1, onEvent })), computed }
}
