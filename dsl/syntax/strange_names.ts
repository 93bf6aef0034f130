/** Words that can't be names, `größe` among them, have been told where they are read: of what they say, nothing more is said. */

import type { Comparison, DeclarationNode, FileNode, Name, Setting, ValueNode } from "./ast.ts"
import { canBeName } from "./tree.ts"

export const withoutStrangeNames = (tree: FileNode): FileNode => ({
  ...tree,
  declarations: tree.declarations.map(plainDeclaration),
})

const plainDeclaration = (node: DeclarationNode): DeclarationNode => {
  const settings = node.settings.filter(hasPlainKey)
  return {
    ...node,
    headerBroken: node.headerBroken || ![node.plugin, node.alias].every(isPlain),
    bodyBroken: node.bodyBroken || settings.length < node.settings.length,
    settings: settings.map(plainSetting),
    comparisons: node.comparisons.map(plainComparison),
  }
}

/** A key in quotes may be anything. */
const hasPlainKey = ({ key: { text, span } }: Setting): boolean =>
  canBeName(text) || span.end - span.start !== text.length

const isPlain = (name: Name | undefined): boolean => name === undefined || canBeName(name.text)

const plainSetting = (setting: Setting): Setting => ({ ...setting, value: plainValue(setting.value) })

const plainComparison = ({ left, against, on, span }: Comparison): Comparison => ({
  left: plainValue(left),
  against: plainValue(against),
  on: plainValue(on),
  span,
})

export const plainValue = (node: ValueNode): ValueNode => {
  switch (node.kind) {
    case "word":
      return canBeName(node.text) && isPlain(node.member) ? node : { kind: "broken", span: node.span }
    case "call":
    case "pick":
      return isPlain(node.name) ? { ...node, items: node.items.map(plainValue) } : { kind: "broken", span: node.span }
    case "list":
    case "sweep":
      return { ...node, items: node.items.map(plainValue) }
    case "record":
      return { ...node, settings: node.settings.map(plainSetting), comparisons: node.comparisons.map(plainComparison) }
    default:
      return node
  }
}
