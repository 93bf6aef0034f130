import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import type { JsonSchema } from "../../dsl/vocabulary.ts"
import { coreOptionNames, refuseCoreOptions } from "../../src/plan/options/core_options.ts"
import { entryOf, jsonSchemaOf, vocabularyOf } from "../../src/plan/vocabulary.ts"
import { shippedVocabulary, vocabularyFile } from "../../src/plan/write_vocabulary.ts"
import {
  defineRouter,
  Fraction,
  NonNegativeInt,
  NoOptions,
  optional,
  PositiveInt,
  PositiveNumber,
  reference,
  required,
  Schema,
  Targets,
  words,
} from "../../src/plugin/index.ts"
import { loadPlugin } from "../../src/plugin/load.ts"
import { shipped } from "../../src/plugin/registry.ts"

test("dsl/vocabulary.json is that of the plugins that ship (else run src/plan/write_vocabulary.ts)", async () => {
  assert.equal(readFileSync(vocabularyFile, "utf8"), await shippedVocabulary())
})

test("every schema that authors write with comes out as JSON Schema, with description and default", () => {
  const { properties, required: needed } = jsonSchemaOf(
    Schema.Struct({
      rank: optional(PositiveInt, 8, "rank"),
      count: optional(NonNegativeInt, 0, "count"),
      alpha: optional(PositiveNumber, 16, "alpha"),
      share: optional(Fraction, 0.5, "share"),
      word: optional(words("a", "b"), "a", "word"),
      flag: optional(Schema.Boolean, true, "flag"),
      either: optional(Schema.Union([Schema.Literal("none"), PositiveInt]), "none", "either"),
      targets: required(Targets, "targets"),
      memory: required(reference("memory"), "memory"),
    }),
  )
  const described = {
    rank: "rank",
    count: "count",
    alpha: "alpha",
    share: "share",
    word: "word",
    flag: "flag",
    either: "either",
    targets: "targets",
    memory: "memory",
  }
  for (const [name, description] of Object.entries(described)) assert.equal(properties?.[name].description, description)
  const bare = Object.fromEntries(
    Object.entries(properties ?? {}).map(([name, { description: _, ...rest }]) => [name, rest]),
  )
  assert.deepEqual(bare, {
    rank: { type: "integer", exclusiveMinimum: 0, default: 8 },
    count: { type: "integer", minimum: 0, default: 0 },
    alpha: { type: "number", exclusiveMinimum: 0, default: 16 },
    share: { type: "number", minimum: 0, maximum: 1, default: 0.5 },
    word: { type: "string", enum: ["a", "b"], default: "a" },
    flag: { type: "boolean", default: true },
    either: {
      anyOf: [
        { type: "string", enum: ["none"] },
        { type: "integer", exclusiveMinimum: 0 },
      ],
      default: "none",
    },
    targets: {
      type: "array",
      items: { type: "string", enum: ["query", "key", "value", "attention_output", "intermediate", "gate", "output"] },
      minItems: 1,
    },
    memory: { type: "string", reference: "memory" },
  })
  assert.deepEqual(needed, ["targets", "memory"])
})

test("a plugin without options has an object without options", () => {
  assert.deepEqual(jsonSchemaOf(NoOptions), { type: "object", properties: {} })
})

const routerWith = (options: Schema.Codec<any, any>) =>
  defineRouter({
    name: "mine",
    summary: "a test",
    options,
    routing: () => ({ query: "nothing", level: "model", granularity: "example", aggregate: "outputs" }),
    gates: (query) => query,
  })

test("a router has the core's options besides its own, and may not define them again", () => {
  const { options } = entryOf(routerWith(Schema.Struct({ own: optional(PositiveInt, 1, "own") })))
  assert.deepEqual(Object.keys(options.properties ?? {}), ["own", ...coreOptionNames("router")])
  assert.throws(() => entryOf(routerWith(Schema.Struct({ epochs: optional(PositiveInt, 1, "own") }))), {
    name: "PluginError",
    message: /"epochs", which every router has already/,
  })
  assert.doesNotThrow(() => refuseCoreOptions(routerWith(NoOptions), ["own"]))
})

test("all options of the plugins that ship are described, and their defaults pass their own schema", async () => {
  const plugins = await Promise.all(shipped().map(({ kind, name }) => loadPlugin(kind, name)))
  for (const [kind, entries] of Object.entries(vocabularyOf(plugins).kinds)) {
    for (const [name, { options }] of Object.entries(entries)) {
      for (const [option, { description }] of Object.entries(options.properties as Record<string, JsonSchema>))
        assert.ok(description, `${kind} ${name}: ${option} has no description`)
    }
  }
  for (const { kind, name, options } of plugins) {
    const { required: needed } = jsonSchemaOf(options)
    if (!needed) assert.doesNotThrow(() => Schema.decodeUnknownSync(options)({}), `${kind} ${name}`)
  }
})
