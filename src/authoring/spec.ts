/** A whole spec: what is given, and everything that it names. */

import { print as printed } from "../../dsl/format/print.ts"
import { KINDS } from "../../dsl/kinds.ts"
import type { FileNode } from "../../dsl/syntax/ast.ts"
import type { Declared } from "./declaration.ts"
import { nameNode, nowhere } from "./values.ts"

/** The tree that a file with the same content has. Throws TypeError where two things have one name. */
export const spec = (...declarations: readonly Declared[]): FileNode => {
  const all = new Set<Declared>()
  const add = (one: Declared): void => {
    if (all.has(one)) return
    for (const needed of one.needs) add(needed)
    all.add(one)
  }
  for (const one of declarations) add(one)
  const ordered = [...all].sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind))
  const names = new Map<string, Declared>()
  const uses = new Map<string, string>()
  for (const one of ordered) {
    const before = names.get(one.name)
    // An imported declaration may be fetched at each place that names it.
    const same = before !== undefined && one.from !== undefined && before.from === one.from && before.kind === one.kind
    if (before && !same) throw new TypeError(`two declarations are called "${one.name}": give one another name`)
    names.set(one.name, one)
    if (!one.use) continue
    const { alias, source } = one.use
    if ((uses.get(alias) ?? source) !== source || names.has(alias))
      throw new TypeError(`"${alias}" stands for two things: give one another name`)
    uses.set(alias, source)
  }
  const files = new Set(ordered.flatMap(({ from }) => (from === undefined ? [] : [from])))
  return {
    file: "",
    languages: [{ version: 1, span: nowhere, first: true }],
    uses: [...uses].map(([alias, source]) => ({ source: nameNode(source), alias: nameNode(alias), span: nowhere })),
    usesBroken: false,
    imports: [...files].map((file) => ({ source: nameNode(file), span: nowhere })),
    declarations: ordered.flatMap(({ node, from }) => (from === undefined ? [node] : [])),
  }
}

/** The spec as its canonical `.l2r` text. */
export const print = (made: FileNode): string => printed(made)
