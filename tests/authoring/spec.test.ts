/** Specs from TypeScript: the same tree as a file, printed in the canonical form, there and back again. */
import assert from "node:assert/strict"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import fc from "fast-check"
import { format } from "../../dsl/format/index.ts"
import { print as printTree } from "../../dsl/format/print.ts"
import { check } from "../../dsl/index.ts"
import { KINDS } from "../../dsl/kinds.ts"
import type { FileNode } from "../../dsl/syntax/ast.ts"
import { parse } from "../../dsl/syntax/parse.ts"
import shipped from "../../dsl/vocabulary.json" with { type: "json" }
import type { Vocabulary } from "../../dsl/vocabulary.ts"
import { declare } from "../../src/authoring/declared.ts"
import { buildersFile, buildersText } from "../../src/authoring/write_builders.ts"
import {
  arrow,
  bert,
  bottleneck,
  compare,
  compile,
  experiment,
  extend,
  imported,
  jsonl,
  kept,
  l2r,
  library,
  lora,
  print,
  random_memory,
  range,
  SpecError,
  sequential_full,
  shuffled,
  spec,
  stack,
  stream,
  sweep,
  tasksOf,
  train,
  use,
  wordnet,
} from "../../src/index.ts"
import { example } from "../dsl/example.ts"
import { characters } from "../fuzz/specs.ts"

const vocabulary = shipped as unknown as Vocabulary

/** Spans, the file and what is undefined left out. */
const content = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (key, inner) => (key === "span" || key === "file" ? undefined : inner)))
const parsed = (text: string): FileNode =>
  parse(text, "f", ({ code, message }) => assert.fail(`${code} ${message} in ${text}`))

const glosses = wordnet("glosses")
const intents = jsonl("intents", "data/banking77", { text: "text" })
const few = random_memory("few", { per_class: sweep([1, 5]) })
const low_rank = lora("low_rank", { rank: sweep("size", [4, 8]), alpha: sweep("size", [8, 16]), targets: ["query"] })
const narrow = bottleneck("narrow")
const learnt = l2r("learnt", { memory: few, head: "both", epochs: 5 })
const merged = extend(learnt, "merged", { aggregate: "parameters" })
const nearest = use("./nearest_class.ts", "mine")("router", "nearest_class")("own", { memory: few })
const routing = experiment("routing", {
  on: bert("encoder", "gloss-mini", { max_tokens: 48 }),
  stream: stream("both", {
    tasks: [tasksOf(glosses, "living", "things"), tasksOf(intents, "t 1")],
    scenario: "task_incremental",
    orders: ["written", shuffled(2), ["t 1", "things", "living"]],
  }),
  adapters: [
    low_rank,
    stack("piled", { of: [low_rank, narrow] }),
    library("mixed", { living: low_rank, things: narrow, "t 1": "elsewhere" }),
  ],
  train: train("brief", { epochs: 3, learning_rate: 1e-3 }),
  routers: [learnt, merged, nearest],
  bounds: ["oracle", sequential_full("whole")],
  seeds: range(1, 3),
  measure: ["accuracy", "cost"],
  compare: [compare(learnt, [nearest, "oracle"]), compare(kept(learnt), merged, "task_accuracy")],
})

const text = `language 1

use "./nearest_class.ts" as mine

backbone encoder = bert "gloss-mini" { max_tokens: 48 }

data glosses = wordnet
data intents = jsonl "data/banking77" { text: text }

memory few = random { per_class: sweep [1, 5] }

adapter low_rank = lora  { rank: sweep size [4, 8], alpha: sweep size [8, 16], targets: [query] }
adapter narrow   = bottleneck
adapter piled    = stack { of: [low_rank, narrow] }

router learnt = l2r                { memory: few, head: both, epochs: 5 }
router merged = learnt             { aggregate: parameters }
router own    = mine.nearest_class { memory: few }

strategy whole = sequential_full

stream both {
  tasks:    [glosses[living, things], intents["t 1"]]
  scenario: task_incremental
  orders:   [written, shuffled(2), ["t 1", things, living]]
}

library mixed { living: low_rank, things: narrow, "t 1": "./elsewhere" }

train brief { epochs: 3, learning_rate: 0.001 }

experiment routing {
  on:       encoder
  stream:   both
  adapters: [low_rank, piled, mixed]
  train:    brief
  routers:  [learnt, merged, own]
  bounds:   [oracle, whole]
  seeds:    1..3
  measure:  [accuracy, cost]
  compare learnt      against [own, oracle] on accuracy
  compare learnt.kept against merged on task_accuracy
}
`

test("a spec that is built is the one that is written", () => {
  assert.equal(print(spec(routing)), text)
  assert.deepEqual(content(parsed(text)), content(spec(routing)))
  const { diagnostics } = check(text, { file: "f", vocabulary })
  assert.deepEqual(
    diagnostics.map(({ code, severity }) => `${severity} ${code}`),
    ["hint L2R0209"],
  )
})

test("the options are those of the plugins' schemas", () => {
  lora("a", { rank: 8, targets: ["query", "value"], scaling: "standard" })
  arrow("b", { top_k: 2, head: "kept" })
  wordnet("c")
  // @ts-expect-error there is no such option
  lora("a", { rnak: 8 })
  // @ts-expect-error a rank is a number
  lora("a", { rank: "8" })
  // @ts-expect-error a word that this option does not have
  lora("a", { targets: ["querry"] })
  // @ts-expect-error each value of a sweep is one of the option
  lora("a", { rank: sweep(["4"]) })
  // @ts-expect-error an adapter is no router
  const wrong: Parameters<typeof experiment>[1]["routers"] = low_rank
  assert.equal(wrong, low_rank)
})

test("what can't be written is refused by name", () => {
  assert.throws(() => lora("low-rank"), /"low-rank" can't be a name/)
  assert.throws(() => lora("a", { alpha: Number.NaN }), /NaN has no form in a spec/)
  assert.throws(() => lora("a", { alpha: (() => 1) as never }), /has no form in a spec/)
  assert.throws(() => spec(lora("a"), bottleneck("a")), /two declarations are called "a"/)
  assert.throws(
    () => spec(use("./a.ts", "x")("router", "r")("p"), use("./b.ts", "x")("router", "r")("q")),
    /"x" stands for two/,
  )
})

test("a spec that is not sound is rejected with its problems", async () => {
  const wrong = experiment("e", {
    on: bert("encoder", "gloss-mini"),
    stream: stream("s", { tasks: glosses }),
    adapters: lora("a", { rank: 0 }),
    train: train("t"),
    bounds: "orcale",
  })
  await assert.rejects(compile(spec(wrong)), (error: Error) => {
    assert.ok(error instanceof SpecError)
    assert.match(error.message, /L2R0405[\s\S]*L2R0304[\s\S]*did you mean `oracle`/)
    return true
  })
})

test("what other files declare is named, printed as an import, and read back", async () => {
  const folder = mkdtempSync(join(tmpdir(), "l2r-imported-"))
  try {
    writeFileSync(
      join(folder, "shared.l2r"),
      'language 1\n\nbackbone encoder = bert "gloss-mini"\nadapter low = lora\n',
    )
    const shared = imported("./shared.l2r")
    const made = spec(
      experiment("e", {
        on: shared("backbone", "encoder"),
        stream: stream("s", { tasks: wordnet("glosses") }),
        adapters: [shared("adapter", "low"), extend(shared("adapter", "low"), "wide", { rank: 16 })],
        train: train("t"),
        bounds: "oracle",
      }),
    )
    const written = print(made)
    assert.match(written, /^language 1\n\nimport ".\/shared.l2r"\n\ndata glosses = wordnet\n/)
    assert.match(written, /adapter wide = low \{ rank: 16 \}/)
    assert.deepEqual(content(parsed(written)), content(made))
    const { spec: checked } = await compile(made, { directory: folder })
    assert.deepEqual(checked.experiments.e.adapters, ["low", "wide"])
    assert.deepEqual(checked.adapters.wide.options, { rank: 16 })
    // A file that is not there is an error of the import line, and a name must be one thing.
    const lost = { adapters: imported("./lost.l2r")("adapter", "low"), bounds: "oracle", train: train("t") }
    const on = { on: shared("backbone", "encoder"), stream: stream("s", { tasks: wordnet("glosses") }) }
    await assert.rejects(compile(spec(experiment("e", { ...on, ...lost })), { directory: folder }), /L2R0213/)
    assert.throws(() => spec(lost.adapters, shared("adapter", "low")), /two declarations are called "low"/)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test("every plugin that ships has its builder", () => {
  const written = readFileSync(buildersFile, "utf8").replaceAll("\r\n", "\n")
  assert.equal(written, buildersText(), "run `node src/authoring/write_builders.ts`")
})

const files = ["01_quickstart", "02_own_router", "03_all_rows", "04_sweep"].flatMap((folder) => {
  const place = new URL(`../../examples/${folder}/`, import.meta.url)
  return readdirSync(place).flatMap((name) =>
    name.endsWith(".l2r") ? [readFileSync(new URL(name, place), "utf8")] : [],
  )
})

test("files come out of their trees with the same content, in the canonical form", () => {
  for (const written of [example, ...files]) {
    const tree = parsed(written)
    const made = printTree(tree)
    assert.deepEqual(content(parsed(made)), content(tree))
    assert.equal(format(made).text, made)
    assert.equal(printTree(parsed(made)), made)
  }
})

const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/)
const key = fc.oneof(
  name,
  fc.constantFrom("sweep", "compare", "on", "a b", 'say "x"', "20_news", "ü", "\\", "tab\there"),
)
const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 1e21, 1e-7, 5e-324),
)
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    number,
    fc.boolean(),
    name,
    characters(8),
    fc.tuple(fc.nat(9), fc.nat(9)).map(([from, to]) => range(from, to)),
    fc.nat(9).map(shuffled),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.array(tie("value"), { maxLength: 3 }).map((items) => sweep(items)),
    fc
      .tuple(
        name.filter((tag) => !["as", "on", "compare", "against"].includes(tag)),
        fc.array(tie("value"), { maxLength: 3 }),
      )
      .map(([tag, items]) => sweep(tag, items)),
    fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
}))
const declaration = fc.record({
  kind: fc.constantFrom(...KINDS),
  plugin: name,
  alias: fc.option(name, { nil: undefined }),
  location: fc.option(characters(12), { nil: undefined }),
  options: fc.dictionary(key, value, { maxKeys: 5, noNullPrototype: true }),
})

test("whatever is built comes back from its text, and the text is canonical", () => {
  fc.assert(
    fc.property(fc.array(declaration, { maxLength: 5 }), (drawn) => {
      const made = spec(...drawn.map(({ kind, ...rest }, i) => declare(kind, `d${i}`, rest)))
      const written = print(made)
      assert.deepEqual(content(parsed(written)), content(made))
      assert.equal(format(written).text, written)
    }),
    { numRuns: 300 },
  )
})
