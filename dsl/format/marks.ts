/** What the tree of a file tells about its tokens: where options begin, and which bracket belongs to the word before it. */

import type { Span } from "../spec.ts"
import type { Comparison, FileNode, Setting } from "../syntax/ast.ts"

export interface Marks {
  /** Offsets at which an option or a comparison begins. */
  readonly entries: ReadonlySet<number>
  /** Offsets at which a name ends whose bracket follows without a space: `intents[t1]`, `shuffled(3)`. */
  readonly names: ReadonlySet<number>
  /** Offsets at which the right side of a comparison begins. */
  readonly sides: ReadonlySet<number>
}

/** Looks at every node, so that a new kind of value needs nothing here. */
export const marksOf = (tree: FileNode): Marks => {
  const entries = new Set<number>()
  const names = new Set<number>()
  const sides = new Set<number>()
  const look = (node: unknown): void => {
    if (Array.isArray(node)) {
      for (const each of node) look(each)
      return
    }
    if (typeof node !== "object" || node === null) return
    const { kind, name, settings, comparisons } = node as {
      kind?: string
      name?: { span: Span }
      settings?: readonly Setting[]
      comparisons?: readonly Comparison[]
    }
    if ((kind === "pick" || kind === "call") && name) names.add(name.span.end)
    for (const { span } of settings ?? []) entries.add(span.start)
    for (const { span, against } of comparisons ?? []) {
      entries.add(span.start)
      sides.add(against.span.start)
    }
    for (const key in node) if (key !== "span") look((node as Readonly<Record<string, unknown>>)[key])
  }
  look(tree.declarations)
  return { entries, names, sides }
}
