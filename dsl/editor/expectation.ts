/** What belongs into an option beyond its schema: which names of declarations, which plugins, which tasks. */
import { BOUND_KINDS, type Kind, MODULE_KINDS } from "../kinds.ts"
import { alternativesOf } from "../options/options.ts"
import type { JsonSchema } from "../vocabulary.ts"

export interface Expectation {
  readonly schema: JsonSchema
  /** Names of declarations of these kinds. */
  readonly kinds: readonly Kind[]
  /** Plugins of these kinds will do, too. */
  readonly plugins: readonly Kind[]
  /** Data with some of its tasks: `intents[t1, t2]`. */
  readonly picks: boolean
}

export const expectationOf = (kind: string | undefined, option: string, schema: JsonSchema = {}): Expectation => {
  const plain = { schema, kinds: [] as Kind[], plugins: [] as readonly Kind[], picks: false }
  if (kind === "library") return { ...plain, kinds: ["adapter"] }
  if (kind === "stream" && option === "tasks") return { ...plain, kinds: ["data"], picks: true }
  if (kind === "experiment" && option === "adapters") return { ...plain, kinds: [...MODULE_KINDS] }
  if (kind === "experiment" && option === "bounds") return { ...plain, kinds: [...BOUND_KINDS], plugins: BOUND_KINDS }
  if (kind === "pretraining" && option === "family") return { ...plain, plugins: ["backbone"] }
  const reference = referenceIn(schema)
  return reference ? { ...plain, kinds: [reference as Kind] } : plain
}

/** The schema and all that stands in it for one value or for the items of a list. */
const within = (schema: JsonSchema): JsonSchema[] =>
  alternativesOf(schema).flatMap((each) => [each, ...(each.items ? within(each.items) : [])])

const referenceIn = (schema: JsonSchema): string | undefined => within(schema).find((each) => each.reference)?.reference

/** The words that an option takes, itself or in its list. */
export const wordsIn = (schema: JsonSchema): string[] => [
  ...new Set(
    within(schema).flatMap((each) =>
      each.enum ? each.enum.map(String) : each.type === "boolean" ? ["true", "false"] : [],
    ),
  ),
]

/** Whether the option takes nothing but a list. */
export const isList = (schema: JsonSchema): boolean => {
  const all = alternativesOf(schema)
  return all.length > 0 && all.every(({ type }) => type === "array")
}

/** The options that a record has, by the schema of its option. */
export const propertiesOf = (schema: JsonSchema): Readonly<Record<string, JsonSchema>> =>
  within(schema).find((each) => each.properties)?.properties ?? {}
