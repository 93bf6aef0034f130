/** Completions of the options of a block. */
import { isCoreKind } from "../../kinds.ts"
import { writtenName } from "../../syntax/written.ts"
import type { JsonSchema } from "../../vocabulary.ts"
import type { Document } from "../document.ts"
import { plainText } from "../effective.ts"
import { expectationOf, isList, propertiesOf, wordsIn } from "../expectation.ts"
import { schemaOf } from "../marks.ts"
import { optionPage, typeOf } from "../page.ts"
import type { Place, Slot } from "../place.ts"
import { tasksOf } from "../tasks.ts"
import { type Proposal, plain, stop } from "./proposal.ts"

export const completeOption = (
  { path, given }: Slot & { at: "option" },
  { kind, declaration }: Place,
  document: Document,
): Proposal[] => {
  if (!declaration) return []
  const taken = new Set(given)
  if (kind === "library" && path.length === 0) return taskOptions(taken, document)
  const schema = recordAt(schemaOf(declaration, document), path)
  const required = new Set(schema?.required)
  // What excludes an option that is given is not offered.
  const excluded = new Set(
    (schema?.allOf ?? []).flatMap(({ not }) => (not.required.some((name) => taken.has(name)) ? not.required : [])),
  )
  const inherited = document.resolve(declaration).settings
  const options = Object.entries(schema?.properties ?? {})
    .filter(([name]) => !taken.has(name) && !excluded.has(name))
    .map(([name, option]): Proposal & { readonly first: boolean } => ({
      label: name,
      kind: "option",
      detail: [typeOf(option), required.has(name) ? "required" : ""].filter(Boolean).join("; "),
      documentation: optionPage(name, option, required.has(name)),
      insert: `${name}: ${valueSnippet(kind, name, option, document)}`,
      again: true,
      first: required.has(name) && !inherited.has(name),
    }))
  const compare: Proposal[] =
    kind === "experiment" && path.length === 0
      ? [
          {
            label: "compare",
            kind: "keyword",
            detail: "a paired test of rows",
            documentation: "`compare learnt against [nearest, uniform] on accuracy`",
            insert: `compare $1 against [$2] on ${stop(3, "accuracy")}`,
            again: true,
          },
        ]
      : []
  return [...options.filter(({ first }) => first), ...options.filter(({ first }) => !first), ...compare].map(
    ({ first: _, ...proposal }: Proposal & { readonly first?: boolean }) => proposal,
  )
}

/** The schema of the block that the options of a path lead to. */
export const recordAt = (schema: JsonSchema | undefined, path: readonly string[]): JsonSchema | undefined =>
  path.reduce<JsonSchema | undefined>((at, name) => {
    const option = at && propertiesOf(at)[name]
    return option && { ...option, properties: propertiesOf(option) }
  }, schema)

/** What stands after the colon when an option is chosen: its default, the only name that fits, an open list. */
const valueSnippet = (kind: string | undefined, name: string, schema: JsonSchema, document: Document): string => {
  const { kinds, picks } = expectationOf(kind, name, schema)
  if (kinds.length > 0) {
    const names = kinds.flatMap((each) => document.scope.namesOf(each))
    if (kind && isCoreKind(kind) && ["routers", "compositions", "bounds", "adapters"].includes(name)) return "[$1]"
    return names.length === 1 && !picks ? stop(1, names[0]) : "$1"
  }
  if (isList(schema) || (name === "measure" && kind === "experiment")) return "[$1]"
  if (wordsIn(schema).length > 0 || schema.default === undefined || Array.isArray(schema.default)) return "$1"
  return stop(1, plain(plainText(schema.default)))
}

/** The entries of a library are tasks of the file's data. */
const taskOptions = (taken: ReadonlySet<string>, document: Document): Proposal[] =>
  document.scope.namesOf("data").flatMap((data) =>
    (tasksOf(data, document) ?? [])
      .filter((task) => !taken.has(task))
      .map(
        (task): Proposal => ({
          label: task,
          kind: "task",
          detail: `a task of ${data}`,
          insert: `${plain(writtenName(task))}: $1`,
          again: true,
        }),
      ),
  )
