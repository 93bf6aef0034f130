/** What is allowed, and probably not meant: declarations without use, rows that can't differ, streams and comparisons that can't tell anything. */

import { diagnose } from "../diagnostics/catalogue.ts"
import type { Report } from "../diagnostics/diagnostic.ts"
import { aKind, isRun } from "../kinds.ts"
import { aboveOf } from "../names/resolve.ts"
import { type Place, placeOf } from "../options/places.ts"
import type { Declaration, Experiment, Span, Spec } from "../spec.ts"
import type { DeclarationNode, ValueNode } from "../syntax/ast.ts"
import type { Advised } from "./advised.ts"
import { reportAlike } from "./alike.ts"
import type { TaskFacts } from "./data_facts.ts"
import { reportWithoutEffect } from "./without_effect.ts"

export const advise = (advised: Advised, report: Report): void => {
  // What the file has and nothing needs is no matter of a run of a part.
  if (advised.run === advised.spec) {
    reportUnused(advised, report)
    reportUnusedPlugins(advised, report)
  }
  const once = new Set<string>()
  for (const experiment of Object.values(advised.run.experiments)) {
    const node = advised.scope.declared.get(experiment.variantOf ?? experiment.name)
    if (!node || once.has(node.name!.text)) continue
    once.add(node.name!.text)
    reportAlike(experiment, node, advised, report)
    reportWithoutEffect(experiment, node, advised, report)
    reportData(experiment, advised, report)
  }
}

/** Declarations of the spec's own file that nothing which is run reaches. */
const reportUnused = ({ spec, declarations, scope, resolve }: Advised, report: Report): void => {
  const runs = declarations.filter(({ kind }) => isRun(kind))
  const readable = declarations.every((node) => node.kind && node.name && !resolve(node).unsure)
  if (!readable || runs.length === 0) return
  const used = new Set<DeclarationNode>()
  const waiting = [...runs]
  const reach = (value: ValueNode, place: Place): void => {
    const text = value.kind === "word" ? value.text : value.kind === "pick" ? value.name.text : undefined
    const named = text === undefined ? undefined : scope.declared.get(text)
    if (named?.kind && place.kinds.includes(named.kind)) waiting.push(named)
    if ("items" in value && value.kind !== "pick") for (const item of value.items) reach(item, place)
    if (value.kind === "record") for (const setting of value.settings) reach(setting.value, place)
  }
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (used.has(node)) continue
    used.add(node)
    const above = aboveOf(scope, node)
    if (above) waiting.push(above)
    const { settings, entry } = resolve(node)
    for (const { key, value } of settings.values()) reach(value, placeOf(node.kind, key.text, entry))
  }
  for (const node of declarations) {
    const implied =
      (node.kind === "memory" && scope.countOf("memory") === 1) ||
      (node.kind === "backend" && node.name!.text === Object.keys(spec.backends)[0])
    if (!used.has(node) && !implied)
      report(diagnose("L2R0520", node.name!.span, { name: node.name!.text, kind: aKind(node.kind!) }))
  }
}

/** `use` lines of the spec's own file that no declaration of it names. */
const reportUnusedPlugins = ({ declarations, uses }: Advised, report: Report): void => {
  const named = new Set(declarations.map(({ alias }) => alias?.text))
  for (const { alias, span } of uses)
    if (!named.has(alias)) report(diagnose("L2R0520", span, { name: alias, kind: "use" }))
}

/** Standard errors that a difference must have to be found four times in five at the level 0.05, both ways. */
const POWER = 2.8
/** Share of test examples on which two rows that are worth a comparison differ. */
const DISCORDANT = 0.2
/** Percentage points; a comparison that finds only larger differences is told. */
const COARSE = 10

const reportData = (experiment: Experiment, { spec, factsOf }: Advised, report: Report): void => {
  const stream = spec.streams[experiment.stream]
  const tasks: (TaskFacts & { readonly span: Span })[] = []
  for (const { data, task, span } of stream.tasks) {
    const facts = factsOf(spec.data[data])
    if (!facts) return
    tasks.push(...facts.filter(({ name }) => task === undefined || name === task).map((one) => ({ ...one, span })))
  }
  if (stream.scenario === "class_incremental" && !stream.answers) reportShared(tasks, report)
  const test = tasks.reduce((sum, task) => sum + task.test, 0)
  const least = 100 * POWER * Math.sqrt(DISCORDANT / Math.max(1, test))
  const [asked] = experiment.compare
  if (asked && least > COARSE)
    report(diagnose("L2R0524", asked.span, { examples: test, points: Math.min(100, Math.round(least)) }))
  const memories = new Set([
    ...experiment.routers.flatMap((name) => memoryOf(spec.routers[name], spec)),
    ...experiment.compositions.flatMap((name) => memoryOf(spec.compositions[name], spec)),
  ])
  for (const memory of memories) reportWhole(memory, tasks, report)
}

/** A memory that is as large as what it chooses from: of each class, of each task, or along the stream of all tasks. */
const reportWhole = (memory: Declaration, tasks: readonly TaskFacts[], report: Report): void => {
  const sizeOf = ({ train }: TaskFacts) => Object.values(train).reduce((sum, size) => sum + size, 0)
  const all = tasks.reduce((sum, task) => sum + sizeOf(task), 0)
  const limits = [
    { option: "capacity", of: "stream", there: all, task: "" } as const,
    ...tasks.flatMap((task) => [
      { option: "per_task", of: "task", there: sizeOf(task), task: task.name } as const,
      { option: "per_class", of: "class", there: Math.max(...Object.values(task.train)), task: task.name } as const,
    ]),
  ]
  for (const { option, ...limit } of limits) {
    const kept = memory.options[option]
    if (typeof kept !== "number" || kept < limit.there) continue
    const span = memory.optionSpans[option] ?? memory.span
    report(diagnose("L2R0522", span, { memory: memory.variantOf ?? memory.name, kept, ...limit }))
    break
  }
}

/** The memory that a router or a composition names, or the only one. */
const memoryOf = ({ options }: Declaration, { memories }: Spec): readonly Declaration[] => {
  const all = Object.values(memories)
  if (typeof options.memory === "string") return memories[options.memory] ? [memories[options.memory]] : []
  return all.length === 1 ? all : []
}

/** Classes of different tasks with one label can't be told apart by their texts. */
const reportShared = (tasks: readonly (TaskFacts & { readonly span: Span })[], report: Report): void => {
  const first = new Map<string, (typeof tasks)[number]>()
  const said = new Set<string>()
  for (const task of tasks)
    for (const label of Object.keys(task.train)) {
      const before = first.get(label)
      if (!before) first.set(label, task)
      else if (!said.has(task.name)) {
        said.add(task.name)
        const related = before.span === task.span ? [] : [{ span: before.span, message: "here too" }]
        report(diagnose("L2R0523", task.span, { left: before.name, right: task.name, label }, { related }))
      }
    }
}
