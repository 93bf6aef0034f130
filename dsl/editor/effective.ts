/** What holds for a declaration in the end: its own options, those that it takes over, and defaults. */

import { withVariants } from "../sweeps/variants.ts"
import type { DeclarationNode, ValueNode } from "../syntax/ast.ts"
import { written } from "../syntax/written.ts"
import type { JsonSchema } from "../vocabulary.ts"
import type { Document } from "./document.ts"
import { schemaOf } from "./marks.ts"

export interface EffectiveOption {
  readonly name: string
  readonly schema: JsonSchema
  /** Where it comes from; `inherited` names the declaration. */
  readonly from: "written" | "default" | "unset" | { readonly inherited: string }
  readonly value?: ValueNode
  /** As a spec writes it; empty where it is not set at all. */
  readonly text: string
}

export const effectiveOptions = (node: DeclarationNode, document: Document): readonly EffectiveOption[] => {
  const { settings } = document.resolve(node)
  const own = new Set(node.settings)
  return Object.entries(schemaOf(node, document)?.properties ?? {}).map(([name, schema]): EffectiveOption => {
    const setting = settings.get(name)
    if (!setting)
      return schema.default === undefined
        ? { name, schema, from: "unset", text: "" }
        : { name, schema, from: "default", text: plainText(schema.default) }
    const from = own.has(setting) ? "written" : { inherited: writerOf(name, node, document) }
    return { name, schema, from, value: setting.value, text: written(setting.value) }
  })
}

/** The declaration above this one that writes an option. */
const writerOf = (option: string, node: DeclarationNode, { scope }: Document): string => {
  const seen = new Set<DeclarationNode>()
  let at: DeclarationNode | undefined = node
  while (at && !seen.has(at)) {
    seen.add(at)
    if (at !== node && at.settings.some(({ key }) => key.text === option)) break
    at = at.plugin && scope.declared.get(at.plugin.text)
  }
  return at?.name?.text ?? ""
}

/** How many variants the sweeps of a declaration, and of those that it names, make: one without a sweep. */
export const variantsOf = (node: DeclarationNode, document: Document): number => {
  const name = node.name?.text
  if (name === undefined) return 1
  return Math.max(1, countsOf(document).get(name) ?? 1)
}

const countsOf = (document: Document): ReadonlyMap<string, number> => {
  const known = counted.get(document)
  if (known) return known
  const counts = new Map<string, number>()
  for (const { variant } of withVariants(document.tree, document.scope, document.resolve, () => {}).declarations)
    if (variant) counts.set(variant.of, (counts.get(variant.of) ?? 0) + 1)
  counted.set(document, counts)
  return counts
}

const counted = new WeakMap<Document, ReadonlyMap<string, number>>()

/** How many values stand in the sweep of an option; one without a sweep. */
export const sweptOf = (value: ValueNode): number =>
  value.kind === "sweep"
    ? value.items.reduce((sum, item) => sum + (item.kind === "range" ? Math.max(0, item.to - item.from + 1) : 1), 0)
    : 1

/** A default, as a spec writes it. */
export const plainText = (value: unknown): string =>
  Array.isArray(value)
    ? `[${value.map(plainText).join(", ")}]`
    : typeof value === "string" && /^[A-Za-z_]\w*$/.test(value)
      ? value
      : (JSON.stringify(value) ?? "")
