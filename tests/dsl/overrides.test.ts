/** `--set`, `--only`, `--skip`: typed by the same schemas as a file, and told of as changes. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { type CheckOptions, check } from "../../dsl/index.ts"
import { sound } from "./diagnostics.cases.ts"
import { example } from "./example.ts"
import { mine, vocabulary } from "./vocabulary.fixture.ts"

const checked = (more: Partial<CheckOptions>, text = sound) => {
  const { spec, diagnostics, changes } = check(text, { file: "spec.l2r", vocabulary, uses: { mine }, ...more })
  assert.deepEqual(
    diagnostics.filter(({ severity }) => severity === "error"),
    [],
  )
  return { spec: spec!, changes }
}

test("an option is replaced, or added", () => {
  const { spec, changes } = checked({
    set: ["low_rank.rank=16", "low_rank.targets=[query]", "routing.seeds=1..5", "fast.epochs=7"],
  })
  assert.deepEqual(spec.adapters.low_rank.options, { rank: 16, targets: ["query"] })
  assert.deepEqual(spec.experiments.routing.seeds, [1, 2, 3, 4, 5])
  assert.equal(spec.trains.fast.epochs, 7)
  assert.deepEqual(changes, [
    { path: "low_rank.rank", before: "8", after: "16" },
    { path: "low_rank.targets", after: "[query]" },
    { path: "routing.seeds", after: "1..5" },
    { path: "fast.epochs", after: "7" },
  ])
})

test("several values are a sweep where the option takes no list", () => {
  for (const value of ["4,8", "[4, 8]", "sweep [4, 8]"]) {
    const { spec } = checked({ set: [`low_rank.rank=${value}`] })
    assert.deepEqual(spec.experiments.routing.adapters, ["low_rank[rank=4]", "low_rank[rank=8]"])
  }
  const { spec } = checked({ set: ["low_rank.rank=1..3", "low_rank.targets=query,value", "routing.measure=cost"] })
  assert.deepEqual(spec.experiments.routing.adapters, ["low_rank[rank=1]", "low_rank[rank=2]", "low_rank[rank=3]"])
  assert.deepEqual(spec.adapters["low_rank[rank=2]"].options, { rank: 2, targets: ["query", "value"] })
})

test("records, places, what others extend, and the last of two flags", () => {
  const text = `${sound}adapter m = masked { share: 1, parts: { width: 3 } }\nrouter more = learnt { head: kept }\n`
  const { spec, changes } = checked(
    { set: ["m.parts.width=4", "encoder=other/dir", "learnt.epochs=2", "learnt.epochs=3", 'intents="a b"'] },
    text,
  )
  assert.deepEqual(spec.adapters.m.options, { share: 1, parts: { width: 4 } })
  assert.equal(spec.backbones.encoder.location, "other/dir")
  assert.equal(spec.data.intents.location, "a b")
  assert.deepEqual(spec.routers.more.options, { memory: "few", epochs: 3, head: "kept" })
  assert.deepEqual(
    changes.map(({ path, before, after }) => [path, before, after]),
    [
      ["m.parts.width", "3", "4"],
      ["encoder", '"dir"', '"other/dir"'],
      ["learnt.epochs", undefined, "3"],
      ["intents", '"dir"', '"a b"'],
    ],
  )
})

test("a wrong value is an error in the flag's own text", () => {
  const { diagnostics, texts, spec } = check(sound, {
    file: "spec.l2r",
    vocabulary,
    set: ["fast.epochs=2", "low_rank.rnak=4", "low_rank.rank=0,4", "learnt.memory=low_rank"],
  })
  assert.equal(spec, undefined)
  assert.deepEqual(
    diagnostics.map(({ code, span }) => [span.file, code, texts[span.file].slice(span.start, span.end)]),
    [
      ["--set", "L2R0401", "rnak"],
      ["--set", "L2R0405", "0"],
      ["--set", "L2R0305", "low_rank"],
    ],
  )
})

test("only and skip narrow each list in which they name something", () => {
  const chosen = (more: Partial<CheckOptions>) => {
    const { spec, changes } = checked(more, example)
    const { adapters, routers, bounds, compare } = spec.experiments.routing
    return { adapters, routers, bounds, compare: compare.map(({ left, against }) => [left, against]), changes }
  }
  const all = chosen({})
  assert.deepEqual(chosen({ only: ["learnt", "near*"] }), {
    ...all,
    routers: ["learnt", "nearest"],
    bounds: [],
    compare: [["learnt", ["nearest"]]],
    changes: [
      { path: "routing.routers", before: "[learnt, merged, spectral, nearest, custom]", after: "[learnt, nearest]" },
      { path: "routing.bounds", before: "[oracle, uniform, per_task, sequential, multi_task]", after: "[]" },
    ],
  })
  assert.deepEqual(chosen({ only: ["low_rank"], skip: ["learnt"] }), {
    ...all,
    adapters: ["low_rank"],
    routers: ["merged", "spectral", "nearest", "custom"],
    compare: [],
    changes: [
      { path: "routing.adapters", before: "[low_rank, bottleneck]", after: "[low_rank]" },
      {
        path: "routing.routers",
        before: "[learnt, merged, spectral, nearest, custom]",
        after: "[merged, spectral, nearest, custom]",
      },
    ],
  })
})

test("a variant is chosen by its whole name, all variants by the name that is written", () => {
  const text = sound.replace("rank: 8", "rank: sweep [4, 8]")
  const adapters = (only: string) => checked({ only: [only] }, text).spec.experiments.routing.adapters
  assert.deepEqual(adapters("low_rank[rank=4]"), ["low_rank[rank=4]"])
  assert.deepEqual(adapters("low_rank"), ["low_rank[rank=4]", "low_rank[rank=8]"])
  assert.deepEqual(adapters("*=8]"), ["low_rank[rank=8]"])
})

test("experiments are chosen like rows", () => {
  const text = `${sound}experiment other = routing { seeds: 2 }\n`
  const { spec, changes } = checked({ only: ["other"] }, text)
  assert.deepEqual(Object.keys(spec.experiments), ["other"])
  assert.deepEqual(changes, [{ path: "routing", before: "an experiment", after: "left out" }])
})

test("nothing is said of what is left out", () => {
  const text = `${sound
    .replace("routers: learnt", "routers: [learnt, same, factors], compare learnt against oracle on accuracy")
    .replace("adapters: low_rank", "adapters: [low_rank, wide]")
    .replace(
      "experiment",
      "router same = learnt\nrouter factors = arrow { memory: few }\nadapter wide = bottleneck { reduction: 2 }\nadapter spare = lora\nexperiment",
    )}`
  const facts = [{ name: "t1", train: { yes: 90, no: 90 }, test: 10 }]
  const codes = (more: Partial<CheckOptions>) =>
    check(text, { file: "spec.l2r", vocabulary, advice: true, factsOf: () => facts, ...more }).diagnostics.map(
      ({ code }) => code,
    )
  assert.deepEqual(codes({}).sort(), ["L2R0510", "L2R0520", "L2R0521", "L2R0524"])
  assert.deepEqual(codes({ skip: ["factors"] }).sort(), ["L2R0521", "L2R0524"])
  assert.deepEqual(codes({ skip: ["wide"] }).sort(), ["L2R0521", "L2R0524"])
  assert.deepEqual(codes({ skip: ["same"] }).sort(), ["L2R0510", "L2R0524"])
  assert.deepEqual(codes({ only: ["learnt", "low_rank"] }), [])
})
