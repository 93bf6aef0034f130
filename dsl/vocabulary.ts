/**
 * What the language knows of plugins: plain data, made from their schemas.
 * `dsl/vocabulary.json` holds that of the plugins that ship; a test fails when it is stale.
 */

/** A JSON Schema (draft 2020-12) as plain data; the subset that option schemas come out as. */
export interface JsonSchema {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  /** Ours: the words of `enum` that are offered here. */
  readonly offered?: readonly string[]
  readonly anyOf?: readonly JsonSchema[]
  readonly items?: JsonSchema
  readonly minItems?: number
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  /** Options that are not given together. */
  readonly allOf?: readonly { readonly not: { readonly required: readonly string[] } }[]
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  /** Ours: the value names a declaration of this kind (`memory`, `adapter`, ...). */
  readonly reference?: string
  /** Ours: what it takes, in words, where the language checks more than a schema says. */
  readonly takes?: string
  /** Ours: the number is a time, and may be written with a unit (`30s`, `2min`). */
  readonly unit?: "seconds"
}

/** One plugin, as the checker, completion and hover see it. */
export interface PluginEntry {
  readonly name: string
  readonly summary: string
  readonly equation?: string
  readonly reference?: string
  /** What it has been compared with, and how. */
  readonly checked?: string
  /** Its place in the taxonomy of modular deep learning: by dimension, the words that its options can give, that of the defaults first. */
  readonly place?: Readonly<Record<string, readonly string[]>>
  /** An object schema: its properties are the options. */
  readonly options: JsonSchema
  /** Some rules of its options no JSON Schema can say: whether they hold, the plugin is asked. */
  readonly rules?: true
  /** Facts that checks need, declared by the plugin (e.g. a router's level, granularity, which adapters it can serve). */
  readonly facts?: Readonly<Record<string, unknown>>
}

/** Kinds that plugins fill, and kinds that the core itself defines options for (`stream`, `train`, `experiment`, `library`). */
export interface Vocabulary {
  readonly version: 1
  readonly kinds: Readonly<Record<string, Readonly<Record<string, PluginEntry>>>>
}
