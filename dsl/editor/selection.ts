/** What is selected as a selection grows: the word, the value, the list, the option, the block, the declaration, the file. */
import type { Setting, ValueNode } from "../syntax/ast.ts"
import { endOf } from "../syntax/tokens.ts"
import type { Document } from "./document.ts"

export interface Range {
  readonly start: number
  readonly end: number
}

/** From the narrowest to the whole text, each larger than the one before. */
export const selectionsAt = ({ text, tokens, tree }: Document, offset: number): readonly Range[] => {
  const around: Range[] = [{ start: 0, end: text.length }]
  const take = (range: Range): boolean => {
    const inside = range.start <= offset && offset <= range.end
    if (inside) around.push({ start: range.start, end: range.end })
    return inside
  }
  const value = (node: ValueNode): void => {
    if (!take(node.span)) return
    if (node.kind === "record") for (const setting of node.settings) settingIn(setting)
    if ("items" in node) {
      if (node.items.length > 1)
        take({ start: node.items[0].span.start, end: node.items[node.items.length - 1].span.end })
      for (const item of node.items) value(item)
    }
  }
  const settingIn = ({ span, value: inner }: Setting): void => {
    if (take(span)) value(inner)
  }
  for (const node of tree.declarations) {
    if (!take(node.span)) continue
    const [first, last] = [node.settings[0], node.settings[node.settings.length - 1]]
    if (first && node.settings.length > 1) take({ start: first.span.start, end: last.span.end })
    for (const setting of node.settings) settingIn(setting)
    for (const comparison of node.comparisons)
      if (take(comparison.span)) for (const part of [comparison.left, comparison.against, comparison.on]) value(part)
  }
  for (const node of [...tree.uses, ...tree.imports]) take(node.span)
  for (const token of [...tokens.tokens, ...tokens.comments]) take({ start: token.startOffset, end: endOf(token) })
  const sorted = around.sort((a, b) => a.end - a.start - (b.end - b.start) || b.start - a.start)
  return sorted.filter((range, i) => {
    const before = sorted[i - 1]
    return (
      !before ||
      (range.start <= before.start && range.end >= before.end && range.end - range.start > before.end - before.start)
    )
  })
}
