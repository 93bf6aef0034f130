/** `l2r schema`: the options of declarations, or the output of `l2r ast`, as JSON Schema for other programs. */

import type { JsonSchema, Vocabulary } from "../../dsl/index.ts"
import { KINDS } from "../../dsl/kinds.ts"
import { coreSchemas } from "../../dsl/options/core_schema.ts"
import { astSchema } from "../../dsl/syntax/ast_schema.ts"
import shipped from "../../dsl/vocabulary.json" with { type: "json" }
import { known } from "./known.ts"
import { pluginNames } from "./plugin_page.ts"
import { summaries } from "./summaries.ts"
import { UsageError, type Verb } from "./verb.ts"

const DIALECT = "https://json-schema.org/draft/2020-12/schema"

/** The options of every kind: of its plugins by name, or of the language's own kind. */
const schemas = (): Readonly<Record<string, Readonly<Record<string, JsonSchema>>>> => {
  const { kinds } = shipped as unknown as Vocabulary
  const ofPlugins = Object.entries(kinds).map(([kind, plugins]) => [
    kind,
    Object.fromEntries(Object.values(plugins).map((entry) => [entry.name, closed(entry.options)])),
  ])
  const own = Object.entries(coreSchemas).map(([kind, schema]) => [
    kind,
    { [kind]: kind === "library" ? { type: "object", additionalProperties: { type: "string" } } : closed(schema) },
  ])
  return Object.fromEntries([...ofPlugins, ...own])
}

/** An option that is not listed is an error. */
const closed = (schema: JsonSchema): JsonSchema & { additionalProperties: false } => ({
  ...schema,
  additionalProperties: false,
})

export default {
  summary: summaries.schema,
  usage: "schema [KIND [NAME] | ast]",
  words: [0, 2],
  proposes: [[...KINDS, "ast"], pluginNames(shipped as unknown as Vocabulary)],
  flags: {},
  run: async ([kind, name]) => {
    process.stdout.write(`${JSON.stringify(chosen(kind, name), null, 2)}\n`)
    return 0
  },
} satisfies Verb

const chosen = (kind: string | undefined, name: string | undefined): object => {
  if (kind === "ast" && name === undefined) return astSchema
  const all = schemas()
  if (kind !== undefined && !Object.hasOwn(all, kind))
    throw new UsageError(known("kind", kind, [...Object.keys(all), "ast"]))
  if (kind !== undefined && name !== undefined) {
    if (!Object.hasOwn(all[kind], name)) throw new UsageError(known(kind, name, Object.keys(all[kind])))
    return { $schema: DIALECT, title: `${kind} ${name}`, ...all[kind][name] }
  }
  const listed = kind === undefined ? all : { [kind]: all[kind] }
  return {
    $schema: DIALECT,
    title: "Options of declarations in l2r",
    $comment:
      "`reference` is the kind of declaration that a text names; `unit` says that a number may be written with a unit of time; `takes` says in words what the language itself checks.",
    $defs: Object.fromEntries(
      Object.entries(listed).flatMap(([each, plugins]) =>
        Object.entries(plugins).map(([plugin, schema]) => [each === plugin ? each : `${each}.${plugin}`, schema]),
      ),
    ),
  }
}
