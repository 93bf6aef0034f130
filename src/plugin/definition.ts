/** What every plugin declares, whatever its kind. */
import type * as Schema from "effect/Schema"

export type PluginKind =
  | "adapter"
  | "backbone"
  | "backend"
  | "composition"
  | "data"
  | "grouping"
  | "memory"
  | "probe"
  | "router"
  | "strategy"
  | "transfer"

export interface Definition<Kind extends PluginKind, Options> {
  readonly kind: Kind
  /** The word that a spec uses; lower case with underscores, unique within its kind. */
  readonly name: string
  /** One line: what it is and where it was published. */
  readonly summary: string
  /** The equation and the reference, shown by `l2r plugins NAME` and in the docs. */
  readonly equation?: string
  readonly reference?: string
  /** What it has been compared with, and how: values of a reference implementation, another writing of the formula, invariants. */
  readonly checked?: string
  /** Checks options, gives defaults, and is the source of completion, hover and docs. */
  readonly options: Schema.Codec<Options, any>
}

/** Why something has no place where texts are answered in words and not by a class, and what to do. */
export interface NeedsClasses {
  readonly why: string
  readonly help: string
  /** The option that says so, where one does. */
  readonly option?: string
}
