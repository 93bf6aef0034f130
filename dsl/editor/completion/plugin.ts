/** Completions of what stands after the name of a declaration: a plugin, a declaration to extend, a text, a block. */
import { isCoreKind, isKind } from "../../kinds.ts"
import { pluginsOf } from "../../names/scope.ts"
import type { PluginEntry } from "../../vocabulary.ts"
import type { Document } from "../document.ts"
import { declarationPage } from "../hover.ts"
import { pluginPage } from "../page.ts"
import type { Place, Slot } from "../place.ts"
import { type Proposal, plain } from "./proposal.ts"

/** `=`, a plugin, a declaration to extend, and what may stand behind them. */
export const completePlugin = (
  slot: Slot & { at: "named" | "plugin" | "after plugin" },
  { kind, declaration }: Place,
  document: Document,
): Proposal[] => {
  if (!kind || !isKind(kind)) return []
  const opens: Proposal = { label: "{ }", kind: "keyword", detail: "options", insert: "{ $1 }", again: true }
  if (slot.at === "named")
    return isCoreKind(kind)
      ? [opens]
      : [{ label: "=", kind: "keyword", detail: `a plugin, or another ${kind}`, insert: "= ", again: true }]
  if (slot.at === "after plugin") {
    const text: Proposal = { label: '"..."', kind: "place", detail: "where it is found", insert: '"$1"', again: true }
    return kind === "backbone" || kind === "data" ? [text, opens] : [opens]
  }
  const { scope } = document
  if (slot.alias !== undefined) {
    const used = scope.used.get(slot.alias)
    return used && !("problem" in used)
      ? [...pluginsOf(used, kind).values()].map((entry) => pluginProposal(kind, entry))
      : []
  }
  const plugins = [...pluginsOf(scope.vocabulary, kind).values()].map((entry) => pluginProposal(kind, entry))
  const others = scope
    .namesOf(kind)
    .filter((name) => name !== declaration?.name?.text)
    .map((name): Proposal => {
      const node = scope.declared.get(name)!
      return {
        label: name,
        kind: "declaration",
        detail: `extends this ${kind}`,
        documentation: declarationPage(node, document),
        insert: `${name} { $1 }`,
        again: true,
      }
    })
  const aliases = [...scope.used].flatMap(([alias, used]): Proposal[] =>
    used && !("problem" in used) && pluginsOf(used, kind).size > 0
      ? [...pluginsOf(used, kind).values()].map((entry) => pluginProposal(kind, entry, alias))
      : [],
  )
  return [...plugins, ...aliases, ...others]
}

const pluginProposal = (kind: string, entry: PluginEntry, alias?: string): Proposal => {
  const name = alias === undefined ? entry.name : `${alias}.${entry.name}`
  const { properties = {}, required = [] } = entry.options
  const located = entry.facts?.location === "required"
  const text = located ? ' "$1"' : ""
  const needs = required
    .filter((option) => Object.hasOwn(properties, option))
    .map((option, i) => `${option}: $${i + (located ? 2 : 1)}`)
  const options =
    needs.length > 0
      ? ` { ${needs.join(", ")} }`
      : located || kind === "data" || Object.keys(properties).length === 0
        ? ""
        : " { $1 }"
  return {
    label: name,
    kind: "plugin",
    detail: entry.summary,
    documentation: pluginPage(kind, entry),
    insert: `${plain(name)}${text}${options}`,
    again: true,
  }
}
