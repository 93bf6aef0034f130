/** Sweeps: which variants a spec comes out with, what they are called, and where they are listed. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { check } from "../../dsl/index.ts"
import { sound } from "./diagnostics.cases.ts"
import { mine, vocabulary } from "./vocabulary.fixture.ts"

const specOf = (lines: string, before = sound) => {
  const { spec, diagnostics } = check(`${before}${lines}\n`, { file: "spec.l2r", vocabulary, uses: { mine } })
  assert.deepEqual(diagnostics, [])
  return spec!
}
const trial = (adapters: string, routers = "learnt", more = "") =>
  `experiment trial { on: encoder, stream: domains, adapters: ${adapters}, train: fast, routers: ${routers}, ${more} }`

test("two sweeps make their product, the first varying slowest; the variants are entries of the list", () => {
  const { adapters, experiments } = specOf(
    `adapter a = lora { rank: sweep [4, 8], alpha: sweep [1, 2] }\n${trial("a")}`,
  )
  const names = ["a[rank=4, alpha=1]", "a[rank=4, alpha=2]", "a[rank=8, alpha=1]", "a[rank=8, alpha=2]"]
  assert.deepEqual(experiments.trial.adapters, names)
  assert.deepEqual(Object.keys(adapters), ["low_rank", ...names])
  assert.deepEqual(adapters["a[rank=8, alpha=1]"].options, { rank: 8, alpha: 1 })
  assert.equal(adapters["a[rank=8, alpha=1]"].variantOf, "a")
})

test("sweeps of one name go in step", () => {
  const { adapters } = specOf(
    "adapter a = lora { rank: sweep size [4, 8], alpha: sweep size [8, 16], bias: sweep [true, false] }",
  )
  assert.deepEqual(Object.keys(adapters).slice(1), [
    "a[rank=4, alpha=8, bias=true]",
    "a[rank=4, alpha=8, bias=false]",
    "a[rank=8, alpha=16, bias=true]",
    "a[rank=8, alpha=16, bias=false]",
  ])
})

test("a range stands for its numbers, a list is a value, a record may hold a sweep", () => {
  const { adapters } = specOf(
    "adapter a = lora { rank: sweep [1..3] }\nadapter b = lora { targets: sweep [[query], [query, value]] }\nadapter c = masked { share: 5%, parts: { width: sweep [1, 2] } }",
  )
  assert.deepEqual(Object.keys(adapters).slice(1), [
    "a[rank=1]",
    "a[rank=2]",
    "a[rank=3]",
    "b[targets=[query]]",
    "b[targets=[query, value]]",
    "c[parts.width=1]",
    "c[parts.width=2]",
  ])
  assert.deepEqual(adapters["c[parts.width=2]"].options, { share: 0.05, parts: { width: 2 } })
})

test("what extends a swept declaration takes its sweep over, unless it says something else", () => {
  const { routers } = specOf(
    "router a = l2r { hidden: sweep [1, 2], memory: few }\nrouter b = a { aggregate: parameters }\nrouter c = a { hidden: 3 }",
  )
  assert.deepEqual(Object.keys(routers).slice(1), ["a[hidden=1]", "a[hidden=2]", "b[hidden=1]", "b[hidden=2]", "c"])
  assert.deepEqual(routers["b[hidden=2]"].options, { hidden: 2, memory: "few", aggregate: "parameters" })
  assert.deepEqual(routers.c.options, { hidden: 3, memory: "few" })
})

test("what names a swept declaration is swept with it", () => {
  const { routers, memories, experiments } = specOf(
    `memory some = random { per_class: sweep [1, 2] }\nrouter a = l2r { memory: some }\nrouter b = a { epochs: 2 }\n${trial("low_rank", "[a, b]", "compare a against b on accuracy")}`,
  )
  assert.deepEqual(Object.keys(memories), ["few", "some[per_class=1]", "some[per_class=2]"])
  assert.deepEqual(routers["a[some.per_class=2]"].options, { memory: "some[per_class=2]" })
  assert.deepEqual(experiments.trial.routers, [
    "a[some.per_class=1]",
    "a[some.per_class=2]",
    "b[some.per_class=1]",
    "b[some.per_class=2]",
  ])
  // Rows that depend on one memory are compared on the same one.
  assert.deepEqual(
    experiments.trial.compare.map(({ left, against }) => [left, against]),
    [
      ["a[some.per_class=1]", ["b[some.per_class=1]"]],
      ["a[some.per_class=2]", ["b[some.per_class=2]"]],
    ],
  )
})

test("variants of one sweep meet only their like, whatever else varies", () => {
  const { experiments } = specOf(
    `memory some = random { per_class: sweep [1, 2] }\nrouter a = l2r { hidden: sweep [3, 4], memory: some }\nrouter b = l2r { memory: some, epochs: 2 }\n${trial("low_rank", "[a, b]", "compare a against b on accuracy")}`,
  )
  assert.deepEqual(
    experiments.trial.compare.map(({ left, against }) => [left, against]),
    [
      ["a[hidden=3, some.per_class=1]", ["b[some.per_class=1]"]],
      ["a[hidden=3, some.per_class=2]", ["b[some.per_class=2]"]],
      ["a[hidden=4, some.per_class=1]", ["b[some.per_class=1]"]],
      ["a[hidden=4, some.per_class=2]", ["b[some.per_class=2]"]],
    ],
  )
})

test("an experiment with axes of its own keeps the variants of an adapter that varies otherwise", () => {
  const { experiments } = specOf(
    `train slow { epochs: sweep size [1, 3] }\nadapter a = lora { rank: sweep size [4, 8], alpha: sweep [1, 2] }\nexperiment trial { on: encoder, stream: domains, adapters: a, train: slow, routers: learnt }`,
  )
  assert.deepEqual(experiments["trial[slow.epochs=3]"].adapters, ["a[rank=8, alpha=1]", "a[rank=8, alpha=2]"])
})

test("a sweep that a whole experiment depends on makes variants of the experiment, which are one family", () => {
  const { experiments, trains } = specOf(
    `train slow { epochs: sweep [1, 3], batch: 4 }\nexperiment trial { on: encoder, stream: domains, adapters: low_rank, train: slow, routers: learnt, seeds: 1..2 }`,
  )
  assert.deepEqual(Object.keys(trains), ["fast", "slow[epochs=1]", "slow[epochs=3]"])
  assert.deepEqual(
    Object.values(experiments).map(({ name, variantOf, train }) => [name, variantOf, train]),
    [
      ["routing", undefined, "fast"],
      ["trial[slow.epochs=1]", "trial", "slow[epochs=1]"],
      ["trial[slow.epochs=3]", "trial", "slow[epochs=3]"],
    ],
  )
})

test("an experiment may sweep what it is run on; swept declarations among the values stand for their variants", () => {
  const { experiments } = specOf(
    `train slow { epochs: sweep [1, 3] }\nexperiment trial { on: encoder, stream: domains, adapters: low_rank, train: sweep [fast, slow], routers: learnt }`,
  )
  assert.deepEqual(Object.keys(experiments).slice(1), [
    "trial[train=fast]",
    "trial[train=slow[epochs=1]]",
    "trial[train=slow[epochs=3]]",
  ])
})

test("libraries, streams and data are swept with what they name", () => {
  const { libraries, streams, experiments } = specOf(
    `adapter a = lora { rank: sweep [1, 2] }\nlibrary l { t1: a, t2: low_rank }\ndata d = jsonl "x" { text: sweep [left, right] }\nstream s { tasks: [d[t1], intents[t2]] }\nexperiment trial { on: encoder, stream: s, adapters: [l, a], train: fast, routers: learnt }`,
  )
  assert.deepEqual(libraries["l[a.rank=2]"].adapterOf, { t1: "a[rank=2]", t2: "low_rank" })
  assert.deepEqual(
    streams["s[d.text=right]"].tasks.map(({ data }) => data),
    ["d[text=right]", "intents"],
  )
  assert.deepEqual(experiments["trial[d.text=left]"].adapters, ["l[a.rank=1]", "l[a.rank=2]", "a[rank=1]", "a[rank=2]"])
})

test("rows are compared with every variant, and one of a name in step", () => {
  const { experiments } = specOf(
    `router a = l2r { hidden: sweep [1, 2], memory: few }\n${trial("low_rank", "[learnt, a]", "bounds: oracle, compare learnt.kept against [a, oracle] on accuracy, compare a.refit against learnt on accuracy")}`,
  )
  assert.deepEqual(
    experiments.trial.compare.map(({ left, against }) => [left, against]),
    [
      ["learnt.kept", ["a[hidden=1]", "a[hidden=2]", "oracle"]],
      ["a[hidden=1].refit", ["learnt"]],
      ["a[hidden=2].refit", ["learnt"]],
    ],
  )
})

test("a name shared by the sweeps of an experiment and of its rows goes in step too", () => {
  const { experiments } = specOf(
    `train slow { epochs: sweep size [1, 3] }\nadapter a = lora { rank: sweep size [4, 8] }\nexperiment trial { on: encoder, stream: domains, adapters: a, train: slow, routers: learnt }`,
  )
  assert.deepEqual(
    Object.values(experiments).map(({ name, adapters }) => [name, adapters]),
    [
      ["routing", ["low_rank"]],
      ["trial[slow.epochs=1]", ["a[rank=4]"]],
      ["trial[slow.epochs=3]", ["a[rank=8]"]],
    ],
  )
})

test("a problem of one value is said once, at that value", () => {
  const text = `${sound}adapter a = lora { rank: sweep [4, 0], alpha: sweep [-1, x] }\n`
  const { diagnostics } = check(text, { file: "spec.l2r", vocabulary })
  assert.deepEqual(
    diagnostics.map(({ code, span }) => [code, text.slice(span.start, span.end)]),
    [
      ["L2R0405", "0"],
      ["L2R0405", "-1"],
      ["L2R0404", "x"],
    ],
  )
})

test("a router must say which memory where the only one is swept", () => {
  const { diagnostics } = check(
    sound.replace("per_class: 5", "per_class: sweep [1, 5]").replace("{ memory: few }", ""),
    { file: "spec.l2r", vocabulary },
  )
  assert.deepEqual(
    diagnostics.map(({ code }) => code),
    ["L2R0512"],
  )
})

test("sweep is a word like others where no list follows", () => {
  const { routers } = specOf("router sweep = l2r { memory: few }\nrouter a = sweep { stream: on }")
  assert.deepEqual(routers.a.options, { memory: "few", stream: "on" })
})

test("orders: several, drawn or listed, in the order in which they are written", () => {
  const { streams } = specOf(
    'stream s { tasks: intents[t1, t2, "t 3"], orders: [written, shuffled(2), ["t 3", t1, t2], reversed] }',
  )
  assert.deepEqual(
    streams.s.orders.map(({ name, number, tasks }) => [name, number ?? tasks]),
    [
      ["written", undefined],
      ["shuffled[1]", 1],
      ["shuffled[2]", 2],
      ["listed[1]", ["t 3", "t1", "t2"]],
      ["reversed", undefined],
    ],
  )
  assert.deepEqual(
    streams.domains.orders.map(({ name }) => name),
    ["written"],
  )
})
