/** Completions of what stands after an option's colon, alone or in a list. */

import { isRun } from "../../kinds.ts"
import { pluginsOf } from "../../names/scope.ts"
import { measuresOf, ORDERS } from "../../options/core_schema.ts"
import { placeOf } from "../../options/places.ts"
import type { DeclarationNode } from "../../syntax/ast.ts"
import { writtenName } from "../../syntax/written.ts"
import type { JsonSchema } from "../../vocabulary.ts"
import type { Document } from "../document.ts"
import { plainText } from "../effective.ts"
import { type Expectation, expectationOf, isList, wordsIn } from "../expectation.ts"
import { headOf } from "../head.ts"
import { declarationPage } from "../hover.ts"
import { schemaOf } from "../marks.ts"
import { pluginPage, typeOf } from "../page.ts"
import type { Place, Slot } from "../place.ts"
import { tasksOf } from "../tasks.ts"
import { recordAt } from "./option.ts"
import { type Proposal, plain, stop } from "./proposal.ts"

export const completeValue = (
  slot: Slot & { at: "value" },
  { kind, declaration }: Place,
  document: Document,
): Proposal[] => {
  if (!declaration) return []
  const { path, given, of, listed } = slot
  const option = path[path.length - 1]
  const properties = recordAt(schemaOf(declaration, document), path.slice(0, -1))?.properties ?? {}
  const schema = Object.hasOwn(properties, option) ? properties[option] : undefined
  if (!schema && kind !== "library") return []
  const expected = expectationOf(kind, option, schema)
  const taken = new Set(given)
  const measured = measuresOf(headOf(declaration, document)).all
  if (of !== undefined && expected.picks) return tasks(of, taken, document)
  return [
    ...(listed ? [] : starts(kind, option, expected, document)),
    ...names(expected, declaration, document),
    ...words(kind, option, schema ?? {}).filter(
      ({ label }) => option !== "measure" || kind !== "experiment" || measured.includes(label),
    ),
    ...standard(schema ?? {}, listed),
    ...(listed || path.length > 1 || !sweeps(kind, option, declaration, document) ? [] : [SWEEP]),
  ].filter(({ label }) => !taken.has(label))
}

const SWEEP: Proposal = {
  label: "sweep [ ]",
  kind: "keyword",
  detail: "a variant for each of some values",
  insert: "sweep [$1]",
  again: true,
}

/** Lists of an experiment hold variants already, and a backend has none. */
const sweeps = (
  kind: string | undefined,
  option: string,
  declaration: DeclarationNode,
  { resolve }: Document,
): boolean => kind !== "backend" && !placeOf(kind, option, resolve(declaration).entry).lists

const tasks = (data: string, taken: ReadonlySet<string>, document: Document): Proposal[] =>
  (tasksOf(data, document) ?? [])
    .filter((task) => !taken.has(task))
    .map((task) => ({ label: task, kind: "task", detail: `a task of ${data}`, insert: plain(writtenName(task)) }))

/** How a value may begin that is no single word. */
const starts = (
  kind: string | undefined,
  option: string,
  { schema, picks, kinds }: Expectation,
  document: Document,
): Proposal[] => {
  const list: Proposal = { label: "[ ]", kind: "word", detail: "a list", insert: "[$1]", again: true }
  if (picks)
    return [
      ...document.scope.namesOf("data").map(
        (data): Proposal => ({
          label: `${data}[...]`,
          kind: "declaration",
          detail: "some of its tasks",
          insert: `${data}[$1]`,
          again: true,
        }),
      ),
      list,
    ]
  if (option === "seeds" && isRun(kind))
    return [{ label: "1..3", kind: "word", detail: "a range of seeds", insert: `1..${stop(1, "3")}` }]
  if (
    kind === "experiment" &&
    (kinds.length > 1 || kinds[0] === "router" || kinds[0] === "composition" || option === "measure")
  )
    return [list]
  if (kind === "stream" && option === "orders") return [list]
  if (kind === "study" && (option === "models" || option === "prune")) return [list]
  if (kind === "portability" && option !== "stream" && option !== "train") return [list]
  return isList(schema) ? [list] : []
}

const names = ({ kinds, plugins }: Expectation, declaration: DeclarationNode, document: Document): Proposal[] => {
  const { scope } = document
  const declared = kinds.flatMap((kind) =>
    scope
      .namesOf(kind)
      .filter((name) => name !== declaration.name?.text)
      .map((name): Proposal => {
        const node = scope.declared.get(name)!
        return { label: name, kind: "declaration", detail: kind, documentation: declarationPage(node, document) }
      }),
  )
  const shipped = plugins.flatMap((kind) =>
    [...pluginsOf(scope.vocabulary, kind).values()]
      .filter(({ facts }) => kind !== "backbone" || facts?.creates)
      .map(
        (entry): Proposal => ({
          label: entry.name,
          kind: "plugin",
          detail: `${kind}: ${entry.summary}`,
          documentation: pluginPage(kind, entry),
        }),
      ),
  )
  return [...declared, ...shipped]
}

const words = (kind: string | undefined, option: string, schema: JsonSchema): Proposal[] => {
  if (kind === "stream" && option === "orders") return ORDERS_GIVEN
  const given = wordsIn(schema)
  const standard = typeof schema.default === "string" ? schema.default : undefined
  const ordered = standard === undefined ? given : [standard, ...given.filter((word) => word !== standard)]
  return ordered.map((word) => ({
    label: word,
    kind: "word",
    detail: word === standard ? "default" : undefined,
    documentation: schema.description,
  }))
}

const ORDERS_GIVEN: Proposal[] = ORDERS.map((word) =>
  word === "shuffled"
    ? {
        label: "shuffled(3)",
        kind: "word",
        detail: "random orders, as many as it says",
        insert: `shuffled(${stop(1, "3")})`,
      }
    : { label: word, kind: "word", detail: word === "written" ? "default" : "the last task first" },
)

/** The default, where it is no word of the option's own. */
const standard = (schema: JsonSchema, listed: boolean): Proposal[] => {
  const { default: value, description } = schema
  if (listed || value === undefined || (Array.isArray(value) && value.length === 0) || plainText(value) === "[written]")
    return []
  return [{ label: plainText(value), kind: "word", detail: `default; ${typeOf(schema)}`, documentation: description }]
}
