/** `examples/12_moduleformer`, made small: its three studies end to end, what insertion leaves alone, and a model as a checkpoint. */
import assert from "node:assert/strict"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import moduleformer from "../../plugins/backbones/moduleformer/index.ts"
import { modelPlan } from "../../src/compile.ts"
import type { Studied } from "../../src/learning/study_results.ts"
import { modelFiles } from "../../src/run/model_files.ts"
import { modelIn } from "../../src/run/steps/pretraining/language_model.ts"
import { openStore } from "../../src/run/store/index.ts"
import { checked, example, folder, type Ran, ran } from "./shrunk.ts"

const place = mkdtempSync(join(tmpdir(), "l2r-moduleformer-"))
after(() => rmSync(place, { recursive: true, force: true }))
const store = join(place, "store")

const SMALL = {
  "train_per_class: 120, test_per_class: 40": "train_per_class: 12, test_per_class: 4",
  "epochs: 4,": "epochs: 2,",
  "epochs: 3 }": "epochs: 2 }",
  "layers:           3": "layers:           1",
  "width:            48": "width:            16",
  "intermediate:     48": "intermediate:     16",
  "vocabulary:       1000": "vocabulary:       200",
  "[25%, 50%, 75%]": "[50%]",
  "1..2": "1",
}
const skip =
  (process.versions.bun !== undefined || process.versions.deno !== undefined) &&
  "the same steps on each runtime: on Node these"

const source = example("12_moduleformer", SMALL)
let first: Ran
before(async () => {
  if (skip) return
  first = await ran(source, store)
})

const study = (name: string): Studied => first.results.studies!.find((one) => one.study === name) as Studied
const model = (of: string, name: string) => study(of).models.find((one) => one.model === name)!

test("each model stands in its studies, with figures of all tasks, gates and pruned shares", { skip }, () => {
  assert.deepEqual(
    first.results.studies!.map(({ study: name, tasks, models }) => [
      name,
      tasks.length,
      models.map((one) => one.model),
    ]),
    [
      ["specialised", 4, ["plain", "sure"]],
      ["inserted", 5, ["sure", "tuned", "grown"]],
      ["concentrated", 1, ["tuned", "focused"]],
    ],
  )
  for (const { tasks, texts, models } of first.results.studies!) {
    assert.equal(texts, tasks.length * 5 * 4)
    for (const { seeds, byTask, gates, perplexity, use } of models) {
      assert.deepEqual([seeds, byTask.length, gates.length], [1, tasks.length, 2])
      assert.ok(perplexity.value > 1 && perplexity.value < 400, `${perplexity.value}`)
      for (const { shares } of gates)
        for (const row of shares) assert.ok(Math.abs(row.reduce((sum, share) => sum + share, 0) - 1) < 1e-4)
      assert.ok(use!.load.value >= 1 && use!.load.value <= 8)
    }
  }
})

test("expected/studies.txt has the models of the studies, each study with its tables", { skip }, () => {
  const text = readFileSync(join(folder, "12_moduleformer", "expected", "studies.txt"), "utf8")
  for (const { study: name, models } of first.results.studies!) {
    const block = text.slice(text.indexOf(`${name}: ${models.length} language models`))
    const [perplexities] = block.split("Perplexity:")
    const rows = perplexities.split(/^-+$/m)[1].trim().split("\n")
    assert.deepEqual(
      rows.map((line) => line.split(/\s+/)[0]),
      models.map((one) => one.model),
    )
  }
})

test("one model of one seed is one, whichever study reads it; pruning makes it smaller", { skip }, () => {
  const labels = first.planned.steps.filter(({ kind }) => kind === "pretrain").map(({ label }) => label)
  assert.equal(labels.length, 5)
  const { pruned, parameters, experts } = model("specialised", "sure")
  assert.deepEqual(
    pruned.map(({ share, by, experts: left }) => [share, by, left]),
    ["activation", "chance"].map((by) => [0.5, by, experts / 2]),
  )
  for (const point of pruned) assert.ok(point.parameters < parameters)
  assert.equal(model("inserted", "grown").experts, model("inserted", "sure").experts + 2 * 2)
})

test("insertion leaves every number of the model before it as it was; tuning does not", { skip }, () => {
  const kept = openStore(store)
  const weights = (name: string) => {
    const step = first.planned.steps.find(({ label }) => label === `language model ${name} · seed 1`)!
    return modelIn(moduleformer, kept.read(step.key)).checkpoint.weights
  }
  const [before, grown, tuned] = [weights("sure"), weights("grown"), weights("tuned")]
  let longer = 0
  for (const [name, { data }] of Object.entries(before)) {
    assert.deepEqual(grown[name].data.slice(0, data.length), data, name)
    assert.notDeepEqual(tuned[name].data, data, name)
    if (grown[name].data.length > data.length) longer++
  }
  assert.equal(longer, 2 * 3, "experts and gates of two sub-layers")
})

test("run again, nothing is computed, and the figures are the same", { skip }, async () => {
  const again = await ran(source, store)
  assert.deepEqual([...again.computed.values()], [])
  assert.deepEqual(again.results.studies, first.results.studies)
})

test("another loss of the gates trains that model and those that go on from it, and no other", { skip }, async () => {
  const other = example("12_moduleformer", { ...SMALL, "concentration: 0.02": "concentration: 0.05" })
  const { computed } = await ran(other, store)
  assert.deepEqual(
    [...computed.values()].filter((label) => label.startsWith("pretrain")),
    ["pretrain: language model focused · seed 1"],
  )
})

test("a model is written as a checkpoint that the family reads, with how it was made", { skip }, async () => {
  const planned = await modelPlan(await checked(source), "grown", 1, source)
  const { files, parameters } = modelFiles(planned, { name: "grown", seed: 1, store })
  const written = mkdtempSync(join(place, "grown-"))
  for (const [name, content] of files) writeFileSync(join(written, name), content)
  const read = await moduleformer.load(written, { max_tokens: 32, pooling: "last" }, { directory: "/" })
  assert.equal(read.parameters, parameters)
  assert.deepEqual(
    moduleformer.experts!(read).map(({ count }) => count),
    [8, 8],
  )
  const recipe = JSON.parse(files.get("recipe.json") as string)
  assert.deepEqual([recipe.model, recipe.seed, recipe.parameters], ["grown", 1, parameters])
  assert.doesNotMatch(JSON.stringify(recipe), new RegExp(place), "no place of this machine")
})
