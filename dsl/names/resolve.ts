/** What stands on the right of `=`: a plugin, or a declaration of the same kind whose options are taken over. */

import { diagnose } from "../diagnostics/catalogue.ts"
import type { Report } from "../diagnostics/diagnostic.ts"
import { nearest } from "../diagnostics/suggest.ts"
import { aKind, isCoreKind, isKind, type Kind, PLUGIN_KINDS } from "../kinds.ts"
import type { PluginName } from "../spec.ts"
import type { DeclarationNode, Name, Setting } from "../syntax/ast.ts"
import type { PluginEntry } from "../vocabulary.ts"
import { mayBeUnreadable, pluginsOf, type Scope } from "./scope.ts"
import { reportUnseen } from "./unseen.ts"

export interface Resolved {
  readonly node: DeclarationNode
  readonly plugin?: PluginName
  /** Absent where the plugin is unknown, or was not loaded. */
  readonly entry?: PluginEntry
  readonly location?: Name
  /** Own options over those of what it extends. */
  readonly settings: ReadonlyMap<string, Setting>
  readonly comparisons: DeclarationNode["comparisons"]
  /** Something on the way could not be read or found: nothing can be said about what is missing. */
  readonly unsure: boolean
}

export type Resolve = (node: DeclarationNode) => Resolved

/** The declaration that this one extends, if it extends one. */
export const aboveOf = (scope: Scope, { kind, plugin, alias }: DeclarationNode): DeclarationNode | undefined => {
  const other = plugin && !alias ? scope.declared.get(plugin.text) : undefined
  return other && kind && other.kind === kind && !pluginsOf(scope.vocabulary, kind).has(plugin!.text)
    ? other
    : undefined
}

/** Resolves declarations, each once; problems are reported when a declaration is first asked for. */
export const resolverOf = (scope: Scope, report: Report): Resolve => {
  const done = new Map<DeclarationNode, Resolved>()
  /** Declarations whose step upwards would close a circle, or that hang in one. */
  const circular = new Set<DeclarationNode>()

  // A chain may be long, so it is walked up first and settled from its top.
  const resolve: Resolve = (node) => {
    const chain = new Set<DeclarationNode>()
    let top: DeclarationNode | undefined = node
    while (top && !done.has(top) && !chain.has(top)) {
      chain.add(top)
      top = aboveOf(scope, top)
    }
    const upwards = [...chain]
    if (top && chain.has(top)) reportCircle(upwards.slice(upwards.indexOf(top)))
    for (const each of upwards.reverse()) done.set(each, settle(each))
    return done.get(node)!
  }

  const settle = (node: DeclarationNode): Resolved => {
    const { above, plugin, entry, lost } = rightSide(node)
    return {
      node,
      plugin: above?.plugin ?? plugin,
      entry: above?.entry ?? entry,
      location: node.location ?? above?.location,
      settings: new Map([
        ...(above?.settings ?? []),
        ...node.settings.map((setting) => [setting.key.text, setting] as const),
      ]),
      comparisons: [...(above?.comparisons ?? []), ...node.comparisons],
      unsure: node.headerBroken || node.bodyBroken || lost === true || above?.unsure === true,
    }
  }

  const reportCircle = (circle: readonly DeclarationNode[]): void => {
    for (const member of circle) circular.add(member)
    const last = circle[circle.length - 1]
    const path = [...circle, circle[0]].map((member) => member.name!.text)
    report(
      diagnose(
        "L2R0306",
        last.plugin!.span,
        { path },
        { related: circle.slice(0, -1).map((member) => ({ span: member.name!.span, message: "on the circle" })) },
      ),
    )
  }

  interface Found {
    readonly above?: Resolved
    readonly plugin?: PluginName
    readonly entry?: PluginEntry
    readonly lost?: true
  }

  const rightSide = (node: DeclarationNode): Found => {
    const { kind, plugin, alias, name } = node
    if (node.headerBroken || !kind || !isKind(kind)) return { lost: true }
    if (!plugin) {
      if (isCoreKind(kind)) return {}
      const [example = "plugin"] = [...pluginsOf(scope.vocabulary, kind).keys()]
      report(diagnose("L2R0303", name!.span, { kind, name: name!.text, example }))
      return { lost: true }
    }
    return alias ? fromModule(node, kind, alias, plugin) : fromName(node, kind, plugin)
  }

  const fromModule = (node: DeclarationNode, kind: Kind, alias: Name, plugin: Name): Found => {
    if (isCoreKind(kind)) {
      report(diagnose("L2R0313", { ...alias.span, end: plugin.span.end }, { kind }))
      return { lost: true }
    }
    if (!scope.used.has(alias.text)) {
      if (!scope.usesBroken)
        report(diagnose("L2R0308", alias.span, { alias: alias.text, near: nearest(alias.text, scope.used.keys()) }))
      return { lost: true }
    }
    const module = scope.used.get(alias.text)
    if (!module || "problem" in module) return { plugin: { name: plugin.text, from: alias.text }, lost: true }
    const plugins = pluginsOf(module, kind)
    // `mine.router` is the router of `mine`, whatever its name, if it has only one.
    const entry =
      plugins.get(plugin.text) ?? (plugin.text === kind && plugins.size === 1 ? [...plugins.values()][0] : undefined)
    if (entry) return { plugin: { name: entry.name, from: alias.text }, entry }
    const names = [...plugins.keys()]
    report(
      diagnose("L2R0309", plugin.span, {
        alias: alias.text,
        name: plugin.text,
        kind,
        near: nearest(plugin.text, names),
        names,
      }),
    )
    return { lost: true }
  }

  const fromName = (node: DeclarationNode, kind: Kind, plugin: Name): Found => {
    const plugins = pluginsOf(scope.vocabulary, kind)
    const entry = plugins.get(plugin.text)
    const other = scope.declared.get(plugin.text)
    if (entry && other && other !== node && other.kind === kind) {
      report(
        diagnose(
          "L2R0307",
          plugin.span,
          { name: plugin.text, kind },
          { related: [{ span: other.name!.span, message: "declared here" }] },
        ),
      )
      // Whichever is meant, the options are those of the plugin.
      return { plugin: { name: entry.name }, entry, lost: true }
    }
    if (entry) return { plugin: { name: entry.name }, entry }
    if (other?.kind === kind && reportUnseen(plugin.text, plugin.span, other, scope, report)) return { lost: true }
    if (other?.kind === kind) return circular.has(node) ? { lost: true } : { above: done.get(other) }
    if (other?.kind !== undefined && isKind(other.kind)) {
      report(diagnose("L2R0305", plugin.span, { name: plugin.text, is: aKind(other.kind), wanted: aKind(kind) }))
    } else if (!mayBeUnreadable(scope, plugin.text, kind)) {
      const names = [...plugins.keys(), ...scope.namesOf(kind).filter((name) => name !== node.name?.text)]
      const near = nearest(plugin.text, names)
      const real = PLUGIN_KINDS.find((one) => pluginsOf(scope.vocabulary, one).has(plugin.text))
      const meant =
        real &&
        `\`${plugin.text}\` is ${aKind(real)}: \`${real} ${node.name?.text ?? `my_${plugin.text}`} = ${plugin.text} ...\``
      report(
        diagnose(
          "L2R0304",
          plugin.span,
          { name: plugin.text, kind, near, names, other: meant },
          near && !meant ? { fix: { span: plugin.span, text: near } } : {},
        ),
      )
    }
    return { lost: true }
  }

  return resolve
}
