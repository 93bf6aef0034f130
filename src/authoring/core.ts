/** Declarations whose options are the language's own, and experiments. */

import type { AGAINST, COMPARED } from "../../dsl/options/core_schema.ts"
import type { PretrainingSize, Train } from "../../dsl/spec.ts"
import type { Comparison } from "../../dsl/syntax/ast.ts"
import { type Declared, declare, type Given } from "./declared.ts"
import { namedIn, nowhere, type Range, type Row, type Shuffled, type Sweep, type Tasks, valueNode } from "./values.ts"

export type TrainSettings = {
  readonly [K in Exclude<keyof Train, "name" | "span" | "variantOf">]?: Given<Train[K]>
}
export const train = (name: string, options: TrainSettings = {}): Declared<"train"> =>
  declare("train", name, { options })

type TaskEntry = Declared<"data"> | Tasks
export type OrderEntry = "written" | "reversed" | Shuffled | readonly string[]

export interface StreamSettings {
  readonly tasks: TaskEntry | readonly TaskEntry[] | Sweep<TaskEntry | readonly TaskEntry[]>
  readonly scenario?: Given<"class_incremental" | "task_incremental" | "domain_incremental">
  /** By default `known`. */
  readonly boundaries?: Given<"known" | "unknown">
  /** Where boundaries are unknown. */
  readonly blur?: Given<number>
  /** By default `classes`. */
  readonly head?: Given<"classes" | "text">
  /** Under the head `text`. */
  readonly answers?: { readonly max_tokens?: Given<number>; readonly beams?: Given<number> }
  readonly orders?: "written" | "reversed" | Shuffled | readonly OrderEntry[]
}
export const stream = (name: string, options: StreamSettings): Declared<"stream"> =>
  declare("stream", name, { options })

/** A mixed set of modules: an adapter for each task, or the folder of a module that was trained elsewhere. */
export const library = (
  name: string,
  modules: Readonly<Record<string, Declared<"adapter"> | string>>,
): Declared<"library"> => declare("library", name, { options: mapped(modules) })

/** A text that looks like a name is written as a path. */
const mapped = (modules: Readonly<Record<string, Declared<"adapter"> | string>>) =>
  Object.fromEntries(
    Object.entries(modules).map(([task, one]) => [
      task,
      typeof one === "string" && !/[./]/.test(one) ? `./${one}` : one,
    ]),
  )

export interface PretrainingSettings {
  /** The name of a backbone plugin; `mine.name` of one that a `use` line brings. */
  readonly family?: Given<string>
  readonly size?: { readonly [K in keyof PretrainingSize]?: Given<number> }
  readonly from?: Declared<"pretraining">
  readonly texts: Declared<"stream"> | Sweep<Declared<"stream">>
  readonly train: Declared<"train"> | Sweep<Declared<"train">>
  readonly insert?: Given<number>
  readonly mutual_information?: Given<number>
  readonly concentration?: Given<number>
  readonly switch?: Given<number>
}
/** A language model from nothing, or from another one. */
export const pretraining = (name: string, options: PretrainingSettings): Declared<"pretraining"> =>
  declare("pretraining", name, { options })

export interface StudySettings {
  readonly models: OneOrMore<Declared<"pretraining">>
  readonly test: Declared<"stream">
  readonly prune?: OneOrMore<number>
  readonly seeds?: number | Range | readonly number[]
}
export const study = (name: string, options: StudySettings): Declared<"study"> => declare("study", name, { options })

type Bound = Declared<"router"> | Declared<"composition"> | Declared<"strategy"> | Declared<"probe">

/** `compare learnt against [nearest, "oracle"] on accuracy`; a bound that is no declaration is given by its name. */
export const compare = (
  left: Bound | Row | string,
  against: Bound | Row | string | readonly (Bound | Row | string)[],
  on: (typeof COMPARED)[number] = "accuracy",
): { readonly node: Comparison; readonly needs: readonly Declared[] } => ({
  node: { left: valueNode(left), against: valueNode(against), on: valueNode(on), span: nowhere },
  needs: [...namedIn([left, against])],
})

type OneOrMore<T> = T | readonly T[]

export interface ExperimentSettings {
  readonly on: Declared<"backbone"> | Sweep<Declared<"backbone">>
  readonly stream: Declared<"stream"> | Sweep<Declared<"stream">>
  readonly adapters: OneOrMore<Declared<"adapter"> | Declared<"library"> | Declared<"grouping"> | Declared<"transfer">>
  readonly train: Declared<"train"> | Sweep<Declared<"train">>
  readonly routers?: OneOrMore<Declared<"router">>
  readonly compositions?: OneOrMore<Declared<"composition">>
  /** Declarations, or names of plugins with their defaults. */
  readonly bounds?: OneOrMore<Bound | string>
  readonly seeds?: number | Range | readonly number[]
  readonly measure?: OneOrMore<string>
  readonly compare?: readonly ReturnType<typeof compare>[]
}

export const experiment = (
  name: string,
  { compare: asked = [], ...options }: ExperimentSettings,
): Declared<"experiment"> =>
  declare("experiment", name, {
    options,
    comparisons: asked.map(({ node }) => node),
    needs: asked.flatMap(({ needs }) => needs),
  })

export interface PortabilitySettings {
  readonly transfers: OneOrMore<Declared<"transfer">>
  readonly on: OneOrMore<Declared<"backbone">>
  readonly stream: Declared<"stream"> | Sweep<Declared<"stream">>
  /** By default the stream itself. */
  readonly sources?: OneOrMore<Declared<"stream">>
  readonly train: Declared<"train"> | Sweep<Declared<"train">>
  readonly steps?: number | Range | readonly number[]
  readonly against?: OneOrMore<(typeof AGAINST)[number]>
  readonly seeds?: number | Range | readonly number[]
}

export const portability = (name: string, options: PortabilitySettings): Declared<"portability"> =>
  declare("portability", name, { options })
