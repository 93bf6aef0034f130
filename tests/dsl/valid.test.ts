/** Specs that are right, and what comes of them. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { check, usesIn } from "../../dsl/index.ts"
import { sound } from "./diagnostics.cases.ts"
import { example } from "./example.ts"
import { mine, vocabulary } from "./vocabulary.fixture.ts"

const options = { file: "spec.l2r", vocabulary, uses: { mine } }
const specOf = (lines: string) => {
  const { spec, diagnostics } = check(`${sound}${lines}\n`, options)
  assert.deepEqual(diagnostics, [])
  return spec!
}

test("the example checks, but for Arrow on bottlenecks", () => {
  const { spec, diagnostics } = check(example, options)
  assert.deepEqual(
    diagnostics.map(({ code, severity }) => [code, severity]),
    [["L2R0510", "warning"]],
  )
  const {
    routers,
    experiments: { routing },
    trains: { fast },
    uses,
  } = spec!
  assert.deepEqual(routers.merged.plugin, { name: "l2r" })
  assert.deepEqual(routers.merged.options, { relaxation: "gumbel_sigmoid", aggregate: "parameters", memory: "few" })
  assert.deepEqual(routers.custom.plugin, { name: "nearest_class", from: "mine" })
  assert.deepEqual([fast.epochs, fast.weight_decay, fast.schedule, fast.early_stop], [5, 0.01, "linear", "validation"])
  assert.deepEqual(routing.seeds, [1, 2, 3])
  assert.deepEqual(routing.bounds, ["oracle", "uniform", "per_task", "sequential", "multi_task"])
  assert.deepEqual(
    routing.compare.map(({ left, against, on }) => [left, against, on]),
    [["learnt", ["nearest", "spectral"], "accuracy"]],
  )
  assert.deepEqual(
    uses.map(({ alias, source }) => [alias, source]),
    [["mine", "./my-router.ts"]],
  )
})

test("a range keeps the place of what was written", () => {
  const { spec } = check(example, options)
  const { start, end } = spec!.routers.merged.optionSpans.aggregate
  assert.equal(example.slice(start, end), "parameters")
  const inherited = spec!.routers.merged.optionSpans.memory
  assert.equal(example.slice(inherited.start, inherited.end), "few")
})

test("keywords are soft", () => {
  const { routers, adapters } = specOf(
    "router router = l2r { seed: 3, stream: on, metric: compare, memory: few }\nadapter compare = lora\nadapter on = compare { rank: 2 }",
  )
  assert.deepEqual(routers.router.options, { seed: 3, stream: "on", metric: "compare", memory: "few" })
  assert.deepEqual(adapters.on.options, { rank: 2 })
})

test("an experiment may be named and compare rows by soft keywords", () => {
  const { experiments } = specOf(
    "router against = l2r { memory: few }\nexperiment experiment { on: encoder, stream: domains, adapters: low_rank, train: fast, routers: [against, learnt], compare against against [learnt] on accuracy }",
  )
  assert.equal(experiments.experiment.compare[0].left, "against")
})

test("numbers have units, and ranges stand for lists", () => {
  const { adapters, experiments } = specOf(
    "adapter a = lora { rank: 8k, dropout: 5%, alpha: 1.5e1 }\nadapter b = masked { share: .5, wait: 2min }\nexperiment e { on: encoder, stream: domains, adapters: [a, b], train: fast, bounds: uniform, seeds: 0..2 }",
  )
  assert.deepEqual(adapters.a.options, { rank: 8000, dropout: 0.05, alpha: 15 })
  assert.deepEqual(adapters.b.options, { share: 0.5, wait: 120 })
  assert.deepEqual(experiments.e.seeds, [0, 1, 2])
  const seeds = (written: string) => specOf(`experiment again = routing { seeds: ${written} }`).experiments.again.seeds
  assert.deepEqual([seeds("[1..3, 7]"), seeds("[3, 1]"), seeds("5")], [[1, 2, 3, 7], [3, 1], [5]])
})

test("values of every form: text, word, list, record, true and false", () => {
  const { adapters, data } = specOf(
    'adapter a = lora { targets: [query, "key",], bias: true }\nadapter b = masked { share: 1, parts: { width: 3 } }\ndata d = jsonl "x \\"y\\" \\u{1F600}" { text: "the text" }',
  )
  assert.deepEqual(adapters.a.options, { targets: ["query", "key"], bias: true })
  assert.deepEqual(adapters.b.options, { share: 1, parts: { width: 3 } })
  assert.equal(data.d.location, 'x "y" \u{1F600}')
})

test("streams take tasks of several sources, named by words or texts", () => {
  const { streams } = specOf(
    'data other = wordnet\nstream s { tasks: [intents[t1, "t 2"], other], scenario: task_incremental, orders: written }',
  )
  assert.deepEqual(
    streams.s.tasks.map(({ data, task }) => [data, task]),
    [
      ["intents", "t1"],
      ["intents", "t 2"],
      ["other", undefined],
    ],
  )
  assert.equal(streams.s.scenario, "task_incremental")
})

test("core declarations extend each other too", () => {
  const { trains, experiments } = specOf(
    "train slow = fast { epochs: 9 }\nexperiment again = routing { train: slow, seeds: [7, 9] }",
  )
  assert.deepEqual([trains.slow.epochs, trains.slow.batch], [9, 32])
  assert.deepEqual(
    [experiments.again.on, experiments.again.train, experiments.again.seeds],
    ["encoder", "slow", [7, 9]],
  )
})

test("a mixed library stands where an adapter stands", () => {
  const { libraries, experiments } = specOf(
    'adapter narrow = bottleneck\nlibrary mixed { t1: low_rank, "t 2": narrow }\nexperiment e { on: encoder, stream: domains, adapters: [mixed], train: fast, routers: learnt }',
  )
  assert.deepEqual(libraries.mixed.adapterOf, { t1: "low_rank", "t 2": "narrow" })
  assert.deepEqual(experiments.e.adapters, ["mixed"])
})

test("a text in a library is the folder of a module that was trained elsewhere", () => {
  const { libraries } = specOf(
    'library mine { t1: low_rank, t2: "peft/two" }\nexperiment e { on: encoder, stream: domains, adapters: mine, train: fast, routers: learnt }',
  )
  const { location, folder } = libraries.mine.moduleAt!.t2
  assert.deepEqual([libraries.mine.adapterOf, location, folder], [{ t1: "low_rank" }, "peft/two", undefined])
  assert.equal(libraries.mine.moduleAt!.t1, undefined)
})

test("bounds are plugins or declarations of kind router, strategy or probe", () => {
  const { experiments } = specOf(
    "strategy full = sequential_full { learning_rate: 1e-4 }\nprobe centroid = frozen_class_centroid { statistics: memory }\nrouter kept = uniform { head: kept }\nexperiment e { on: encoder, stream: domains, adapters: low_rank, train: fast, bounds: [full, centroid, kept, oracle, multi_task] }",
  )
  assert.deepEqual(experiments.e.bounds, ["full", "centroid", "kept", "oracle", "multi_task"])
})

test("rows are compared by head policy where there are two", () => {
  const { experiments } = specOf(
    "experiment e { on: encoder, stream: domains, adapters: low_rank, train: fast, routers: learnt, bounds: uniform, compare learnt.kept against [learnt.refit, uniform.kept] on task_accuracy }",
  )
  assert.deepEqual(
    experiments.e.compare.map(({ left, against }) => [left, against]),
    [["learnt.kept", ["learnt.refit", "uniform.kept"]]],
  )
})

test("an adapter may bear the name of its own plugin", () => {
  assert.deepEqual(specOf("adapter bottleneck = bottleneck").adapters.bottleneck.plugin, { name: "bottleneck" })
})

test("left out: measures are all, seeds are one, a task list is all of the data", () => {
  const {
    experiments: { routing },
    streams: { domains },
  } = specOf("")
  assert.equal(routing.measure.length, 9)
  assert.deepEqual(routing.seeds, [1])
  assert.deepEqual(
    domains.tasks.map(({ data, task }) => [data, task]),
    [["intents", undefined]],
  )
})

test("names that JavaScript objects have already are plain names", () => {
  const { adapters } = specOf("adapter __proto__ = lora { rank: 2 }\nadapter constructor = __proto__ { alpha: 3 }")
  assert.deepEqual(Object.keys(adapters), ["low_rank", "__proto__", "constructor"])
  assert.deepEqual(new Map(Object.entries(adapters)).get("constructor")?.options, { rank: 2, alpha: 3 })
  for (const name of ["constructor", "__proto__", "toString"]) {
    const [diagnostic] = check(`${sound}adapter x = lora { ${name}: 1 }\n`, options).diagnostics
    assert.equal(diagnostic.code, "L2R0401")
  }
})

test("line ends, a byte order mark and unusual spaces do not matter", () => {
  for (const text of [
    example.replaceAll("\n", "\r\n"),
    example.replaceAll("\n", "\r"),
    `\uFEFF${example}`,
    example.replaceAll("  ", "\u00A0\u2003"),
  ]) {
    const { spec } = check(text, options)
    assert.deepEqual(Object.keys(spec!.routers), ["learnt", "merged", "spectral", "nearest", "custom"])
  }
})

test("the plugins that a file uses are known before it is checked", () => {
  assert.deepEqual(
    usesIn('use "./a-b.ts"\nuse "l2r-plugin-foo"\nuse "x" as y\nrouter {', "f").map(({ alias, source }) => [
      alias,
      source,
    ]),
    [
      ["a_b", "./a-b.ts"],
      ["foo", "l2r-plugin-foo"],
      ["y", "x"],
    ],
  )
})
