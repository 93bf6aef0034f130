/** Rows whose options or place make no sense together: what is averaged, which memory is read, who is told the task. */

import { diagnose } from "../diagnostics/catalogue.ts"
import type { Report } from "../diagnostics/diagnostic.ts"
import type { Declaration, Experiment, Span, Stream } from "../spec.ts"
import type { DeclarationNode } from "../syntax/ast.ts"
import type { PluginEntry } from "../vocabulary.ts"
import type { Advised } from "./advised.ts"
import { entryOf, placeOfRow } from "./alike.ts"
import { type ByOptions, saidBy } from "./by_options.ts"

export const reportWithoutEffect = (
  experiment: Experiment,
  node: DeclarationNode,
  advised: Advised,
  report: Report,
): void => {
  const { spec } = advised
  const stream = spec.streams[experiment.stream]
  const lowRank = experiment.adapters.map((name) => isLowRank(name, advised))
  const first = new Map<string, { readonly name: string; readonly aggregate: string }>()
  for (const name of experiment.bounds) reportProbe(name, advised, report)
  for (const name of [...experiment.routers, ...experiment.bounds]) {
    const declared = spec.routers[name]
    const entry = declared && entryOf("router", declared, advised)
    if (!entry) continue
    const router = declared.variantOf ?? name
    const fact = <Said>(named: string) => factOf<Said>(named, declared, entry)
    const aggregate = fact<string>("aggregate")
    const mix = entry.facts?.mix ? written(declared, "mix") : undefined
    const why =
      aggregate !== undefined && aggregate !== "parameters"
        ? "it averages no parameters"
        : entry.facts?.needs_low_rank !== true && lowRank.every((one) => one === false)
          ? "no adapter of the experiment is low-rank"
          : undefined
    if (mix && why) report(diagnose("L2R0526", mix, { router, why }))
    if (fact("reads_task") === true && experiment.routers.includes(name) && stream.scenario !== "task_incremental")
      report(
        diagnose("L2R0527", placeOfRow(node, router, advised), { router, stream: stream.variantOf ?? stream.name }),
      )
    if (lowRank.every((one) => one === true) && aggregate !== undefined) {
      const mixed = aggregate === "parameters" ? fact<string>("mix") : aggregate
      const sums = mixed === "outer" || mixed === "outputs"
      const key = JSON.stringify([declared.plugin, apartFrom(["aggregate", "mix"], declared.options)])
      const other = sums ? first.get(key) : undefined
      if (sums && !other) first.set(key, { name: router, aggregate })
      if (other && other.aggregate !== aggregate)
        report(diagnose("L2R0529", placeOfRow(node, router, advised), { left: other.name, right: router }))
    }
    const memory = written(declared, "memory")
    if (memory && fact("reads_memory") === false && !refits(declared, entry, aggregate, stream))
      report(diagnose("L2R0528", memory, { row: router, kind: "router" }))
  }
}

/** A probe whose statistics come from all training data, and that names a memory. */
const reportProbe = (name: string, advised: Advised, report: Report): void => {
  const declared = advised.spec.probes[name]
  const entry = declared && entryOf("probe", declared, advised)
  const memory = entry && written(declared, "memory")
  if (memory && factOf("reads_memory", declared, entry) === false)
    report(diagnose("L2R0528", memory, { row: declared.variantOf ?? name, kind: "probe" }))
}

const factOf = <Said>(named: string, { options }: Declaration, { facts }: PluginEntry): Said | undefined =>
  saidBy(facts?.[named] as ByOptions<Said> | undefined, (option) => options[option])

const apartFrom = (left: readonly string[], options: Declaration["options"]) =>
  Object.entries(options)
    .filter(([option]) => !left.includes(option))
    .sort(([a], [b]) => (a < b ? -1 : 1))

/** Where a declaration itself gives an option; nothing where it takes it over from another. */
const written = ({ span, optionSpans }: Declaration, option: string): Span | undefined => {
  const place = optionSpans[option]
  return place && place.file === span.file && place.start >= span.start && place.end <= span.end ? place : undefined
}

/** Whether one of its rows has heads that are trained on the memory; what selects has those of the modules. */
const refits = (
  { options }: Declaration,
  entry: PluginEntry,
  aggregate: string | undefined,
  stream: Stream,
): boolean => {
  const head = options.head ?? entry.options.properties?.head?.default
  return !stream.answers && aggregate !== "select" && head !== "kept"
}

/** Whether all modules of an adapter or a library are; undefined where that is not known. */
const isLowRank = (name: string, advised: Advised): boolean | undefined => {
  const { adapters, libraries } = advised.spec
  if (Object.hasOwn(adapters, name)) {
    const { low_rank, low_rank_where: where } = entryOf("adapter", adapters[name], advised)?.facts ?? {}
    if (typeof low_rank !== "boolean") return undefined
    return saidBy({ byDefault: low_rank, where } as ByOptions<boolean>, (option) => adapters[name].options[option])
  }
  const library = libraries[name]
  if (!library || library.moduleAt) return undefined
  const members = Object.values(library.adapterOf).map((adapter) => isLowRank(adapter, advised))
  return members.every((one) => one === members[0]) ? members[0] : undefined
}
