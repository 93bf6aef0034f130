/** The tree of a file with every swept declaration replaced by its variants, and every list that names one filled with them. */

import { diagnose } from "../diagnostics/catalogue.ts"
import type { Report } from "../diagnostics/diagnostic.ts"
import { aKind } from "../kinds.ts"
import { aboveOf, type Resolve } from "../names/resolve.ts"
import type { Scope } from "../names/scope.ts"
import { type Place, placeOf } from "../options/places.ts"
import type { Span } from "../spec.ts"
import type { Comparison, DeclarationNode, FileNode, Setting, ValueNode } from "../syntax/ast.ts"
import { written } from "../syntax/written.ts"
import { agree, axisOf, type Choice, choicesOf, labelOf, type Part, sweepsIn, valuesOf } from "./sweep.ts"

export const withVariants = (tree: FileNode, scope: Scope, resolve: Resolve, report: Report): FileNode => {
  if (!tree.declarations.some(({ settings }) => settings.some(({ value }) => varies(value)))) return tree
  const variants = variantsOf(scope, resolve, report)
  return { ...tree, declarations: tree.declarations.flatMap(variants) }
}

/** Whether a value holds a sweep, or a list that may turn out to be one. */
const varies = (value: ValueNode): boolean =>
  value.kind === "sweep" ||
  ("several" in value && value.several === true) ||
  ("items" in value && value.items.some(varies)) ||
  (value.kind === "record" && value.settings.some((setting) => varies(setting.value)))

const variantsOf = (scope: Scope, resolve: Resolve, report: Report) => {
  const known = new Map<DeclarationNode, readonly Part[]>()

  /** What varies in a declaration: its own sweeps, those that it takes over, and those of what it names. */
  const partsOf = (node: DeclarationNode): readonly Part[] => {
    const before = known.get(node)
    if (before) return before
    known.set(node, []) // what goes in a circle is reported elsewhere
    const parts = new Map<string, Part>()
    const add = (part: Part) => parts.set(`${part.axis} ${part.label}`, part)
    const { settings, entry } = resolve(node)
    for (const { key, value } of settings.values()) {
      const place = placeOf(node.kind, key.text, entry)
      const asSweep = sweepable(value, place)
      if (place.lists) {
        if (asSweep.kind === "sweep") report(diagnose("L2R0412", asSweep.span, { name: key.text }))
        continue
      }
      for (const { path, node: sweep } of sweepsIn(asSweep, key.text, report))
        add({ label: path, axis: axisOf(sweep), items: itemsOf(sweep, path, place), span: sweep.span })
      for (const named of namedIn(asSweep, place))
        for (const part of partsOf(named))
          add({ ...part, label: part.label.includes(".") ? part.label : `${named.name!.text}.${part.label}` })
    }
    const all = [...parts.values()].filter(({ items }) => items.length > 0)
    known.set(node, all)
    return all
  }

  /** A list on the command line is a sweep where the option takes none. */
  const sweepable = (value: ValueNode, { takesList }: Place): ValueNode => {
    if (takesList || !("several" in value) || !value.several) return value
    return { kind: "sweep", items: value.kind === "list" ? value.items : [value], span: value.span }
  }

  /** A swept declaration among the items of a sweep stands for its variants. */
  const itemsOf = (sweep: ValueNode & { kind: "sweep" }, name: string, place: Place): readonly ValueNode[] => {
    const values = valuesOf(sweep, report)
    if (values.length === 0) report(diagnose("L2R0407", sweep.span, { name, least: 1 }))
    const first = new Map<string, Span>()
    return values.flatMap((value) => {
      const text = written(value)
      const before = first.get(text)
      if (value.kind === "broken") return []
      if (before) {
        const related = [{ span: before, message: "first listed here" }]
        report(diagnose("L2R0505", value.span, { name: text }, { related }))
        return []
      }
      first.set(text, value.span)
      return entriesFor(value, place, new Map())
    })
  }

  const namedBy = (value: ValueNode, { kinds }: Place): DeclarationNode | undefined => {
    const text = value.kind === "word" ? value.text : value.kind === "pick" ? value.name.text : undefined
    const node = text === undefined ? undefined : scope.declared.get(text)
    return node?.kind && kinds.includes(node.kind) ? node : undefined
  }

  /** The declarations that a value names, those in its sweeps left out. */
  const namedIn = (value: ValueNode, place: Place): readonly DeclarationNode[] => {
    const own = namedBy(value, place)
    if (own) return [own]
    if (value.kind === "list") return value.items.flatMap((item) => namedIn(item, place))
    if (value.kind === "record") return value.settings.flatMap((setting) => namedIn(setting.value, place))
    return []
  }

  const choices = (node: DeclarationNode): readonly Choice[] =>
    choicesOf(partsOf(node), node.name!.text, node.name!.span, report)
  const label = (node: DeclarationNode, choice: Choice): string => labelOf(node.name!.text, partsOf(node), choice)

  /** A name as the names of those of its variants that agree with a choice. */
  const entriesFor = (value: ValueNode, place: Place, choice: Choice): readonly ValueNode[] => {
    const named = value.kind === "word" ? namedBy(value, place) : undefined
    if (!named || partsOf(named).length === 0) return [value]
    return choices(named)
      .filter((each) => agree(each, choice))
      .map((each) => ({ ...value, text: label(named, each) }) as ValueNode)
  }

  /** A value of the variant that a choice makes. */
  const chosen = (value: ValueNode, path: string, place: Place, parts: readonly Part[], choice: Choice): ValueNode => {
    const named = namedBy(value, place)
    if (named && value.kind === "word") return { ...value, text: label(named, choice) }
    if (named && value.kind === "pick") return { ...value, name: { ...value.name, text: label(named, choice) } }
    switch (value.kind) {
      case "sweep": {
        const part = parts.find((each) => each.label === path)
        return part?.items[choice.get(part.axis) ?? 0] ?? { kind: "broken", span: value.span }
      }
      case "list":
        return { ...value, items: value.items.map((item) => chosen(item, path, place, parts, choice)) }
      case "record":
        return {
          ...value,
          settings: value.settings.map((setting) => ({
            ...setting,
            value: chosen(setting.value, `${path}.${setting.key.text}`, place, parts, choice),
          })),
        }
      default:
        return value
    }
  }

  const setting = (node: DeclarationNode, one: Setting, parts: readonly Part[], choice: Choice): Setting => {
    const place = placeOf(node.kind, one.key.text, resolve(node).entry)
    const value = sweepable(one.value, place)
    if (!place.lists) return { ...one, value: chosen(value, one.key.text, place, parts, choice) }
    if (value.kind === "sweep") return { ...one, value: { kind: "broken", span: value.span } }
    const items = value.kind === "list" ? value.items : [value]
    const entries = items.flatMap((item) => entriesFor(item, place, choice))
    return items.length === entries.length && items.every((item, i) => item === entries[i])
      ? { ...one, value }
      : { ...one, value: { kind: "list", items: entries, span: value.span } }
  }

  const rows: Place = { kinds: ["router", "composition", "strategy", "probe"], lists: true, takesList: true }
  /** Every variant on the left against those variants on the right that agree with it. */
  const compared = (one: Comparison, choice: Choice): readonly Comparison[] => {
    const right = one.against.kind === "list" ? one.against.items : [one.against]
    const named = namedBy(one.left, rows)
    const lefts =
      named && partsOf(named).length > 0 ? choices(named).filter((each) => agree(each, choice)) : [undefined]
    return lefts.map((each): Comparison => {
      const against = right.flatMap((item) => entriesFor(item, rows, new Map([...choice, ...(each ?? [])])))
      return {
        ...one,
        left: each ? ({ ...one.left, text: label(named!, each) } as ValueNode) : one.left,
        against:
          one.against.kind === "list" || against.length !== 1
            ? { kind: "list", items: against, span: one.against.span }
            : against[0],
      }
    })
  }

  return (node: DeclarationNode): readonly DeclarationNode[] => {
    if (!node.name || !node.kind) return [node]
    const parts = partsOf(node)
    if (node.kind === "backend" && parts.length > 0)
      report(diagnose("L2R0415", parts[0].span, { kind: aKind(node.kind) }))
    const above = aboveOf(scope, node)
    return choices(node).map((choice, i) => ({
      ...node,
      name: { ...node.name!, text: label(node, choice) },
      ...(above ? { plugin: { ...node.plugin!, text: label(above, choice) } } : {}),
      settings: node.settings.map((one) => setting(node, one, parts, choice)),
      comparisons: node.comparisons.flatMap((one) => compared(one, choice)),
      ...(parts.length > 0 ? { variant: { of: node.name!.text, first: i === 0 } } : {}),
    }))
  }
}
