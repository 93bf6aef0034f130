/** What the language knows of plugins, made from their schemas: plain data that needs neither Effect nor the plugins. */
import type * as SchemaAST from "effect/SchemaAST"
import { toJsonSchemaDocument } from "effect/SchemaRepresentation"
import type { JsonSchema, PluginEntry, Vocabulary } from "../../dsl/vocabulary.ts"
import { type Composition, type Plugin, Schema } from "../plugin/index.ts"
import { kinds } from "../plugin/registry.ts"
import {
  addsParameters,
  addsWhat,
  joinsTokens,
  lowRankWhere,
  modulesNeeded,
  probeFacts,
  readsMemory,
  routerFacts,
  startsFromChance,
  taskOptions,
} from "./effects.ts"
import { boundariesNeeded } from "./needs_boundaries.ts"
import { classNeeds } from "./needs_classes.ts"
import { coreOptionsFor, refuseCoreOptions } from "./options/core_options.ts"
import { placeOf } from "./place.ts"

/** The vocabulary of some plugins, sorted by kind and name; kinds without a plugin are there and empty. Throws PluginError. */
export const vocabularyOf = (plugins: readonly Plugin[]): Vocabulary => ({
  version: 1,
  kinds: Object.fromEntries(
    kinds.map((kind) => {
      const own = plugins.filter((plugin) => plugin.kind === kind).sort((a, b) => (a.name < b.name ? -1 : 1))
      return [kind, Object.fromEntries(own.map((plugin) => [plugin.name, entryOf(plugin)]))]
    }),
  ),
})

/** One plugin's entry; the options that every plugin of its kind has stand behind its own. */
export const entryOf = (plugin: Plugin): PluginEntry => {
  const own = jsonSchemaOf(plugin.options)
  refuseCoreOptions(plugin, Object.keys(own.properties ?? {}))
  const { name, summary, equation, reference, checked } = plugin
  const place = placeOf(plugin, own)
  const core = coreOptionsFor(plugin)
  const options = core ? merged(own, jsonSchemaOf(core as Schema.Codec<any, any>)) : own
  return {
    name,
    summary,
    ...(equation && { equation }),
    ...(reference && { reference }),
    ...(checked && { checked }),
    ...(Object.keys(place).length > 0 && { place }),
    options,
    ...(hasRules(plugin.options.ast) && { rules: true as const }),
    facts: factsOf(plugin, own),
  }
}

/** Whether some check in a schema's tree has no form in the JSON Schema that the language reads. */
const hasRules = (ast: SchemaAST.AST, top = true): boolean =>
  checksIn(ast.checks ?? []).some(({ annotations }) => {
    const form = annotations?.toJsonSchema as ((...all: any[]) => unknown) | undefined
    return form === undefined || (ast._tag === "Objects" && !(top && isExclusion(form())))
  }) || partsOf(ast).some((part) => hasRules(part, false))

/** `{ not: { required: [...] } }`: options that are not given together. */
const isExclusion = (form: unknown): form is { readonly not: { readonly required: readonly string[] } } =>
  Array.isArray((form as { not?: { required?: unknown } } | undefined)?.not?.required)

const checksIn = (checks: readonly SchemaAST.Check<any>[]): readonly SchemaAST.Filter<any>[] =>
  checks.flatMap((check) => (check._tag === "FilterGroup" ? checksIn(check.checks) : [check]))

const partsOf = (ast: SchemaAST.AST): readonly SchemaAST.AST[] => {
  switch (ast._tag) {
    case "Objects":
      return ast.propertySignatures.map(({ type }) => type)
    case "Arrays":
      return [...ast.elements, ...ast.rest]
    case "Union":
      return ast.types
    default:
      return []
  }
}

/** Annotations of ours that go into the vocabulary as they are. */
const ours: ReadonlySet<string> = new Set(["reference", "unit"])

/** An options schema as JSON Schema, with descriptions, defaults and our annotations. */
export const jsonSchemaOf = (schema: Schema.Codec<any, any>): JsonSchema => {
  const { schema: made, definitions } = toJsonSchemaDocument(Schema.toRepresentation(schema), {
    includeAnnotationKey: (key) => ours.has(key),
  })
  const { type, properties, required, allOf } = plain(made, definitions)
  const exclusions = allOf?.filter(isExclusion) ?? []
  // A struct without fields is "anything but null" to JSON Schema; here it is an object without options.
  return type === "object"
    ? {
        type,
        properties: described(properties ?? {}, schema.ast),
        ...(required && { required }),
        ...(exclusions.length > 0 && { allOf: exclusions }),
      }
    : { type: "object", properties: {} }
}

/** What an option says of itself stands at the last of its checks, and is lost where that has no form in JSON Schema. */
const described = (properties: Readonly<Record<string, JsonSchema>>, ast: SchemaAST.AST) => {
  const signatures = ast._tag === "Objects" ? ast.propertySignatures : []
  const said = new Map(signatures.map(({ name, type }) => [name, type.checks?.at(-1)?.annotations ?? {}]))
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => {
      const { description, default: fallback } = (said.get(name) ?? {}) as Pick<JsonSchema, "description" | "default">
      const lost = {
        ...(description !== undefined && { description }),
        ...(fallback !== undefined && { default: fallback }),
      }
      return [name, schema.description === undefined ? { ...schema, ...lost } : schema]
    }),
  )
}

/** Without `$ref`s, alternatives of one, the bounds that every safe integer has, and the texts "NaN" and "Infinity" beside numbers. */
const plain = (node: object, definitions: Readonly<Record<string, unknown>>): JsonSchema => {
  const {
    $ref,
    additionalProperties: _,
    ...rest
  } = node as JsonSchema & { $ref?: string; additionalProperties?: unknown }
  if ($ref) return plain({ ...(definitions[$ref.split("/").pop() as string] as object), ...rest }, definitions)
  const { anyOf, maximum, minimum, items, properties, ...others } = rest
  const choices = anyOf?.filter((choice) => !choice.enum?.includes("NaN")).map((choice) => plain(choice, definitions))
  return {
    ...(choices?.length === 1 ? choices[0] : choices && { anyOf: choices }),
    ...others,
    ...(minimum !== undefined && minimum !== Number.MIN_SAFE_INTEGER && { minimum }),
    ...(maximum !== undefined && maximum !== Number.MAX_SAFE_INTEGER && { maximum }),
    ...(items && { items: plain(items, definitions) }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, option]) => [name, plain(option, definitions)]),
      ),
    }),
  }
}

const merged = (own: JsonSchema, common: JsonSchema): JsonSchema => {
  const required = [...(own.required ?? []), ...(common.required ?? [])]
  return {
    type: "object",
    properties: { ...own.properties, ...common.properties },
    ...(required.length > 0 && { required }),
    ...(own.allOf && { allOf: own.allOf }),
  }
}

/** What checks need to know of a plugin besides its options: plain facts of its definition. */
const factsOf = (plugin: Plugin, options: JsonSchema): Readonly<Record<string, unknown>> => {
  switch (plugin.kind) {
    case "adapter":
      return {
        low_rank: plugin.factors !== undefined,
        ...lowRankWhere(plugin, options),
        ...joinsTokens(plugin, options),
        ...addsWhat(plugin, options),
        ...startsFromChance(plugin, options),
      }
    case "backbone":
      return { location: "required", ...(plugin.create && plugin.files && plugin.nextToken ? { creates: true } : {}) }
    case "data":
      return {
        ...(plugin.location && { location: plugin.location }),
        ...(plugin.taskNames && { tasks: plugin.taskNames }),
      }
    case "memory":
      return {
        depends_on_order: plugin.keep !== undefined,
        ...(plugin.generates && { generates: true }),
        ...fact(classNeeds(plugin, options)),
      }
    case "probe":
      return probeFacts(plugin, options)
    case "strategy":
      return {
        trains: plugin.trains,
        visits: plugin.visits,
        ...readsMemory(plugin, options),
        ...modulesNeeded(plugin, options),
        ...boundariesNeeded(plugin, options),
        ...fact(classNeeds(plugin, options)),
      }
    case "composition":
      return {
        needs_low_rank: needsOf(plugin).includes("factors"),
        reads_fisher: plugin.fisher !== undefined,
        ...taskOptions(plugin, options),
        ...addsParameters(plugin, options),
      }
    case "router":
      return {
        fit: plugin.parameters ? "gradient" : plugin.statistics ? "statistics" : plugin.prepare ? "weights" : "nothing",
        needs_low_rank: plugin.needs?.includes("factors") ?? false,
        ...(plugin.fisher && { reads_fisher: true }),
        ...routerFacts(plugin, options),
        ...fact(classNeeds(plugin, options)),
      }
    default:
      return {}
  }
}

const fact = (needs_classes: ReturnType<typeof classNeeds>) => (needs_classes ? { needs_classes } : {})

/** What a composition needs with its defaults; nothing where some option must be given. */
const needsOf = ({ options, needs }: Composition): readonly string[] => {
  try {
    return needs?.(Schema.decodeUnknownSync(options)({} as never)) ?? []
  } catch {
    return []
  }
}
