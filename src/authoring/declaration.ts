/** A declaration as a TypeScript value: what `lora("low_rank", { rank: 8 })` gives, to be named by others. */

import type { Kind } from "../../dsl/kinds.ts"
import type { DeclarationNode } from "../../dsl/syntax/ast.ts"

export interface Declared<K extends Kind = Kind> {
  readonly kind: K
  readonly name: string
  readonly node: DeclarationNode
  /** What it names, and what it extends. */
  readonly needs: readonly Declared[]
  /** The file that declares it, as an `import` line names it; `node` has its name alone. */
  readonly from?: string
  /** Source and alias of the `use` line that its plugin needs. */
  readonly use?: { readonly source: string; readonly alias: string }
}
