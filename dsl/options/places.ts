/** What an option may hold: names of which kinds, a list, a sweep. */

import { BOUND_KINDS, MODULE_KINDS } from "../kinds.ts"
import type { JsonSchema, PluginEntry } from "../vocabulary.ts"
import { coreSchemas } from "./core_schema.ts"
import { alternativesOf } from "./options.ts"

export interface Place {
  /** Kinds of the declarations that may be named there. */
  readonly kinds: readonly string[]
  /** Its entries are variants already: a swept declaration among them stands for all its variants. */
  readonly lists: boolean
  /** A list is a value of its own. */
  readonly takesList: boolean
}

const LISTS: Readonly<Record<string, readonly string[]>> = {
  "experiment adapters": MODULE_KINDS,
  "experiment routers": ["router"],
  "experiment compositions": ["composition"],
  "experiment bounds": BOUND_KINDS,
  "experiment seeds": [],
  "experiment measure": [],
  "stream orders": [],
  "study models": ["pretraining"],
  "study prune": [],
  "study seeds": [],
  "portability transfers": ["transfer"],
  "portability on": ["backbone"],
  "portability sources": ["stream"],
  "portability steps": [],
  "portability against": [],
  "portability seeds": [],
}

export const placeOf = (kind: string | undefined, option: string, entry: PluginEntry | undefined): Place => {
  const key = `${kind} ${option}`
  if (Object.hasOwn(LISTS, key)) return { kinds: LISTS[key], lists: true, takesList: true }
  if (kind === "library") return { kinds: ["adapter"], lists: false, takesList: false }
  if (key === "stream tasks") return { kinds: ["data"], lists: false, takesList: true }
  const properties = (isCore(kind) ? coreSchemas[kind] : entry?.options)?.properties ?? {}
  const schema = Object.hasOwn(properties, option) ? properties[option] : ANYTHING
  const known = places.get(schema) ?? {
    kinds: [...referenced(schema)],
    lists: false,
    takesList: alternativesOf(schema).some(isList),
  }
  places.set(schema, known)
  return known
}

const ANYTHING: JsonSchema = {}
/** Asked for every option of every declaration: the place of each schema is made once. */
const places = new WeakMap<JsonSchema, Place>()

const isCore = (kind: string | undefined): kind is keyof typeof coreSchemas =>
  kind !== undefined && Object.hasOwn(coreSchemas, kind)

/** An option without a type takes anything. */
const isList = ({ type, enum: words, reference }: JsonSchema): boolean =>
  type === "array" || (type === undefined && words === undefined && reference === undefined)

/** Kinds that a schema refers to, at any depth. */
function* referenced({ reference, anyOf = [], items, properties = {} }: JsonSchema): Generator<string> {
  if (reference) yield reference
  for (const inner of [...anyOf, ...(items ? [items] : []), ...Object.values(properties)]) yield* referenced(inner)
}
