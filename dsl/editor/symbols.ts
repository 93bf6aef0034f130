/** The outline of a file: its declarations and their options. */
import { isKind } from "../kinds.ts"
import type { Span } from "../spec.ts"
import { written } from "../syntax/written.ts"
import type { Document } from "./document.ts"

export interface Symbol {
  readonly name: string
  /** A kind of declaration, `option`, or `use`. */
  readonly kind: string
  readonly detail: string
  readonly span: Span
  /** The part of it that is selected when one goes there. */
  readonly nameSpan: Span
  readonly children: readonly Symbol[]
}

/** Longer values are cut. */
const LONGEST = 60

export const symbolsOf = (document: Document): readonly Symbol[] => {
  const { tree } = document
  const uses = tree.uses.map((node) => ({
    name: node.alias?.text ?? node.source.text,
    kind: "use",
    detail: node.source.text,
    span: node.span,
    nameSpan: node.alias?.span ?? node.source.span,
    children: [],
  }))
  const declared = tree.declarations.flatMap((node) => {
    if (!node.name || !node.kind || !isKind(node.kind)) return []
    const plugin = node.plugin ? ` = ${node.alias ? `${node.alias.text}.` : ""}${node.plugin.text}` : ""
    return {
      name: node.name.text,
      kind: node.kind,
      detail: `${node.kind}${plugin}`,
      span: node.span,
      nameSpan: node.name.span,
      children: node.settings.map(({ key, value, span }) => ({
        name: key.text,
        kind: "option",
        detail: cut(written(value)),
        span,
        nameSpan: key.span,
        children: [],
      })),
    }
  })
  return [...uses, ...declared].sort((a, b) => a.span.start - b.span.start)
}

const cut = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text)
