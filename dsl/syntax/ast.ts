/** The tree of a source file: what was written, with the place of everything. Nothing is resolved or checked here. */
import type { Span } from "../spec.ts"

export interface Name {
  readonly text: string
  readonly span: Span
}

export type ValueNode =
  | {
      readonly kind: "number"
      readonly value: number
      readonly unit?: "seconds"
      readonly written: string
      readonly span: Span
    }
  | { readonly kind: "text"; readonly value: string; readonly span: Span }
  /** A reference or a member of an enumeration; `learnt.kept` has a member. */
  | { readonly kind: "word"; readonly text: string; readonly member?: Name; readonly span: Span }
  | {
      readonly kind: "list"
      readonly items: readonly ValueNode[]
      /** Written on the command line: where the option takes no list, the items are those of a sweep. */
      readonly several?: true
      readonly span: Span
    }
  | {
      readonly kind: "record"
      readonly settings: readonly Setting[]
      readonly comparisons: readonly Comparison[]
      readonly span: Span
    }
  | {
      readonly kind: "range"
      readonly from: number
      readonly to: number
      /** As with a list. */
      readonly several?: true
      readonly span: Span
    }
  /** `shuffled(3)` */
  | { readonly kind: "call"; readonly name: Name; readonly items: readonly ValueNode[]; readonly span: Span }
  /** `intents[t1, t2]` */
  | { readonly kind: "pick"; readonly name: Name; readonly items: readonly ValueNode[]; readonly span: Span }
  /** `sweep [4, 8]`; those of one tag go in step: `sweep size [4, 8]`. */
  | { readonly kind: "sweep"; readonly tag?: Name; readonly items: readonly ValueNode[]; readonly span: Span }
  /** Already reported: nothing more is said about it. */
  | { readonly kind: "broken"; readonly span: Span }

export interface Setting {
  readonly key: Name
  readonly value: ValueNode
  readonly span: Span
}

/** `compare LEFT against RIGHT on METRIC` */
export interface Comparison {
  readonly left: ValueNode
  readonly against: ValueNode
  readonly on: ValueNode
  readonly span: Span
}

/** `kind name = alias.plugin "location" { settings }` */
export interface DeclarationNode {
  readonly keyword: Name
  /** The word as written, or the near word that was meant; undefined where none is near. */
  readonly kind?: string
  readonly name?: Name
  readonly plugin?: Name
  readonly alias?: Name
  readonly location?: Name
  readonly settings: readonly Setting[]
  readonly comparisons: readonly Comparison[]
  /** The line before the block could not be read. */
  readonly headerBroken: boolean
  /** Something in the block could not be read, so what seems to be missing may be there. */
  readonly bodyBroken: boolean
  /** It came out of a sweep: `name` is that of the variant. */
  readonly variant?: Variant
  readonly span: Span
}

export interface Variant {
  /** The name as it is written. */
  readonly of: string
  /** No other variant of the declaration comes before it. */
  readonly first: boolean
}

export interface LanguageNode {
  readonly version: number
  readonly span: Span
  /** Nothing but comments stands above it. */
  readonly first: boolean
}

/** `use "./x.ts" as mine`, `import "./x.l2r"` */
export interface SourceNode {
  readonly source: Name
  readonly alias?: Name
  readonly span: Span
}

export interface FileNode {
  readonly file: string
  readonly languages: readonly LanguageNode[]
  readonly uses: readonly SourceNode[]
  /** A `use` line could not be read, so an unknown alias may be its. */
  readonly usesBroken: boolean
  /** An `import` line that does not parse, or a file that can't be opened: unknown names may be from there. */
  readonly importsBroken?: true
  readonly imports: readonly SourceNode[]
  readonly declarations: readonly DeclarationNode[]
}
