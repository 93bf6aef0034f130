/** Pretrainings: language models from nothing, or from another one. */

import { diagnose } from "../diagnostics/catalogue.ts"
import type { Context } from "../names/context.ts"
import type { Resolved } from "../names/resolve.ts"
import { mayBeUnreadable, pluginsOf } from "../names/scope.ts"
import { coreSchemas } from "../options/core_schema.ts"
import { checkSettings } from "../options/options.ts"
import { found } from "../options/wording.ts"
import type { PluginName, Pretraining, PretrainingSize } from "../spec.ts"
import type { ValueNode } from "../syntax/ast.ts"
import type { PluginEntry } from "../vocabulary.ts"

/** Options of a train that a language model can't have, with the word that says nothing. */
const OF_MODULES = { early_stop: "none", earlier: "absent", initialisation: "own", label_smoothing: 0 } as const

export const checkPretraining = (resolved: Resolved, context: Context): Pretraining => {
  const { node, settings, unsure } = resolved
  const { report } = context
  const plain = (all: Iterable<(typeof node.settings)[number]>, to: Context["report"]) =>
    checkSettings(
      [...all].filter(({ key }) => key.text !== "family"),
      coreSchemas.pretraining,
      "a pretraining",
      { ...context, report: to },
    )
  plain(node.settings, report)
  const values = plain(settings.values(), () => {})
  const from = values.get("from") as string | undefined
  const given = settings.get("family")
  const own = new Set(node.settings)
  const family = given && familyIn(given.value, own.has(given) ? context : { ...context, report: () => {} })
  if (!unsure && !given && !settings.has("from"))
    report(
      diagnose("L2R0403", node.name!.span, {
        name: "family",
        owner: "a pretraining",
        about: coreSchemas.pretraining.properties!.family.description,
      }),
    )
  const anew = node.settings.find(({ key }) => key.text === "family" || key.text === "size")
  if (settings.has("from") && anew) report(diagnose("L2R0551", anew.key.span, {}))
  const insert = settings.get("insert")
  if (insert && Number(values.get("insert") ?? 0) > 0 && !settings.has("from") && !unsure)
    report(diagnose("L2R0552", insert.key.span, {}))
  reportTrain(settings.get("train")?.value, context)
  const numbers = ["insert", "mutual_information", "concentration", "switch"] as const
  return {
    name: node.name?.text ?? "",
    ...(from === undefined ? { ...(family ? { family } : {}), size: sizeIn(values.get("size")) } : { from }),
    texts: (values.get("texts") as string) ?? "",
    train: (values.get("train") as string) ?? "",
    ...(Object.fromEntries(numbers.map((name) => [name, values.get(name) ?? 0])) as Pick<
      Pretraining,
      (typeof numbers)[number]
    >),
    ...(node.variant ? { variantOf: node.variant.of } : {}),
    span: node.span,
  }
}

/** With defaults. */
const sizeIn = (given: unknown): PretrainingSize => {
  const { properties = {} } = coreSchemas.pretraining.properties!.size
  const defaults = Object.entries(properties).map(([name, schema]) => [name, schema.default])
  return { ...Object.fromEntries(defaults), ...(given as Partial<PretrainingSize>) }
}

/** A backbone plugin that makes networks, one that ships or `mine.name` of a `use` line. */
const familyIn = (node: ValueNode, { scope, report, reportUnknown }: Context): PluginName | undefined => {
  if (node.kind === "broken") return undefined
  if (node.kind !== "word") {
    report(
      diagnose("L2R0404", node.span, { name: "family", wanted: "the name of a backbone plugin", found: found(node) }),
    )
    return undefined
  }
  const { text, member } = node
  const module = member ? scope.used.get(text) : scope.vocabulary
  const plugins = module && !("problem" in module) ? pluginsOf(module, "backbone") : new Map<string, PluginEntry>()
  const name = member?.text ?? text
  const entry = plugins.get(name)
  const creating = [...plugins.values()].flatMap((one) => (one.facts?.creates ? [one.name] : []))
  if (entry?.facts?.creates) return { name, ...(member ? { from: text } : {}) }
  if (entry) report(diagnose("L2R0550", node.span, { family: name, names: creating }))
  else if (member ? module && !("problem" in module) : !mayBeUnreadable(scope, name, "backbone"))
    reportUnknown(node, "backbone plugin", creating)
  return undefined
}

const reportTrain = (value: ValueNode | undefined, { scope, resolve, report }: Context): void => {
  const declared = value?.kind === "word" ? scope.declared.get(value.text) : undefined
  if (!value || declared?.kind !== "train") return
  const { settings } = resolve(declared)
  for (const [option, neutral] of Object.entries(OF_MODULES)) {
    const set = settings.get(option)?.value
    const word = set?.kind === "word" ? set.text : set?.kind === "number" ? set.value : neutral
    if (word !== neutral)
      report(
        diagnose("L2R0553", value.span, { train: scope.writtenOf(declared.name!.text), option, word: String(word) }),
      )
  }
}
