/** What advice is given about. */

import type { Resolve } from "../names/resolve.ts"
import type { Scope } from "../names/scope.ts"
import type { Declaration, Spec, Use } from "../spec.ts"
import type { DeclarationNode } from "../syntax/ast.ts"
import type { DataFacts } from "./data_facts.ts"

export interface Advised {
  readonly spec: Spec
  /** What is run of it, where the command line leaves something out. */
  readonly run: Spec
  /** As they are written, before sweeps are carried out; those of the spec's own file. */
  readonly declarations: readonly DeclarationNode[]
  /** The `use` lines of the spec's own file. */
  readonly uses: readonly Use[]
  readonly scope: Scope
  readonly resolve: Resolve
  readonly factsOf: (data: Declaration) => DataFacts | undefined
}
