import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import type { PluginEntry, Vocabulary } from "../../dsl/vocabulary.ts"
import { entryOf } from "../../src/plan/vocabulary.ts"
import { shippedTaxonomyPage, taxonomyPageFile } from "../../src/plan/write_taxonomy_page.ts"
import { shippedVocabulary } from "../../src/plan/write_vocabulary.ts"
import {
  constant,
  defineAdapter,
  defineMemory,
  defineRouter,
  NoOptions,
  optional,
  PositiveInt,
  required,
  Schema,
  words,
  zeros,
} from "../../src/plugin/index.ts"
import { kinds } from "../../src/plugin/registry.ts"
import { DIMENSIONS } from "../../src/plugin/taxonomy.ts"
import { validated } from "../../src/plugin/validate.ts"

test("docs/taxonomy.md is that of the plugins that ship (else run src/plan/write_taxonomy_page.ts)", async () => {
  assert.equal(readFileSync(taxonomyPageFile, "utf8").replaceAll("\r\n", "\n"), await shippedTaxonomyPage())
})

/** The dimensions in which every plugin of a kind has its place. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  adapter: ["computation"],
  composition: ["routing", "level", "granularity", "aggregation", "training"],
  memory: ["memory"],
  probe: ["computation", "query", "training"],
  router: ["routing", "query", "level", "granularity", "aggregation", "training"],
  strategy: ["computation", "training"],
}

test("what ships has its whole place, in words of the taxonomy, and says what it is checked against", async () => {
  const vocabulary: Vocabulary = JSON.parse(await shippedVocabulary())
  for (const kind of kinds)
    for (const { name, place = {}, checked } of Object.values(vocabulary.kinds[kind])) {
      assert.ok(checked, `${kind} ${name} does not say what it is checked against`)
      for (const dimension of NEEDED[kind] ?? []) assert.ok(place[dimension], `${kind} ${name} has no ${dimension}`)
      for (const [dimension, said] of Object.entries(place))
        for (const word of said)
          assert.ok(
            dimension === "query" || word in DIMENSIONS[dimension as keyof typeof DIMENSIONS].words,
            `${kind} ${name}: ${dimension} ${word}`,
          )
    }
})

const about = { summary: "Of a stranger", options: NoOptions }
const routing = { query: "site", level: "site", granularity: "token", aggregate: "outputs" } as const
const gates = () => constant([1])
const placeIn = ({ place }: PluginEntry) => place

test("a stranger's router has what follows from its definition, and all words that its options can give", () => {
  const options = Schema.Struct({
    way: optional(words("outputs", "parameters"), "parameters", "way"),
    all: optional(Schema.Boolean, false, "all"),
    data: optional(words("memory", "newest"), "memory", "data"),
    hidden: optional(Schema.Union([Schema.Literal("none"), PositiveInt]), "none", "hidden"),
  })
  const learnt = defineRouter({
    ...about,
    name: "learnt",
    options,
    routing: ({ way, all }) => ({ ...routing, aggregate: way, level: all && way === "outputs" ? "model" : "site" }),
    parameters: ({ modules }) => ({ W: zeros([modules]) }),
    fit: ({ data }) => ({ on: data }),
    gates,
  })
  assert.deepEqual(placeIn(entryOf(learnt)), {
    query: ["site"],
    level: ["site", "model"],
    granularity: ["token"],
    aggregation: ["parameters", "outputs"],
    training: ["post_hoc", "continual"],
  })
  const declared = defineRouter({ ...learnt, taxonomy: { routing: ["soft", "top_k"] } })
  assert.deepEqual(placeIn(entryOf(declared))?.routing, ["soft", "top_k"])
})

test("what reads weights or statistics routes by similarity, what reads no text is fixed, and is shared by a task or all texts", () => {
  const of = (more: object) =>
    placeIn(entryOf(defineRouter({ ...about, name: "other", routing: () => routing, gates, ...more })))
  assert.deepEqual(of({ prepare: () => "no" })?.routing, ["similarity"])
  assert.deepEqual(of({ statistics: () => ({}) })?.routing, ["similarity"])
  assert.equal(of({})?.routing, undefined)
  const fixed = (query: string) =>
    of({ routing: () => ({ ...routing, query, level: "model", granularity: "example" }) })
  assert.deepEqual([fixed("task")?.routing, fixed("task")?.granularity], [["fixed"], ["task"]])
  assert.deepEqual([fixed("nothing")?.routing, fixed("nothing")?.granularity], [["fixed"], ["stream"]])
})

test("a stranger's adapter and memory; options that must be given, and plugins that throw, leave gaps and nothing worse", () => {
  const adapter = { ...about, name: "other", sites: () => ["query"] as const, parameters: () => ({}) }
  const forward = (_x: unknown, y: any) => y
  assert.equal(placeIn(entryOf(defineAdapter({ ...adapter, forward }))), undefined)
  const lowRank = defineAdapter({ ...adapter, forward, factors: () => undefined })
  assert.deepEqual(placeIn(entryOf(lowRank)), { computation: ["low_rank"] })
  const joins = (role: "embeddings" | "attention") =>
    placeIn(entryOf(defineAdapter({ ...adapter, sites: () => [role], extend: () => ({}) as never })))
  assert.deepEqual(
    [joins("embeddings"), joins("attention")],
    [{ computation: ["prompt"] }, { computation: ["prefix"] }],
  )
  assert.deepEqual(placeIn(entryOf(defineMemory({ ...about, name: "other", keep: () => new Int32Array() }))), {
    memory: ["along_the_stream"],
  })
  const must = defineRouter({
    ...about,
    name: "must",
    options: Schema.Struct({ size: required(PositiveInt, "size") }),
    routing: () => routing,
    gates,
  })
  assert.equal(placeIn(entryOf(must)), undefined)
  const throwing = defineRouter({
    ...about,
    name: "throwing",
    routing: () => {
      throw new Error("not now")
    },
    gates,
  })
  assert.deepEqual(placeIn(entryOf(throwing)), { training: ["post_hoc"] })
})

test("a word that the taxonomy does not have is refused, with those that it has", () => {
  const refused = (more: object) => () =>
    validated({ kind: "router", ...about, name: "other", routing, gates, ...more }, "it")
  const router = { routing: () => routing }
  assert.throws(refused({ ...router, taxonomy: { routing: "softly" } }), {
    message: /taxonomy: \{ routing: "softly" \}/,
    help: /fixed, hard, soft/,
  })
  assert.throws(refused({ ...router, taxonomy: { level: "site" } }), {
    help: /take level out: a router does not declare it/,
  })
  assert.equal(
    validated({ kind: "router", ...about, name: "other", gates, ...router, taxonomy: { routing: ["soft"] } }, "it")
      .name,
    "other",
  )
})
