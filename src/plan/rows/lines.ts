/** The lines of an experiment: its routers, its compositions, then its bounds, each with the memory that it uses. */
import type { Declaration, Experiment, Spec, Stream } from "../../../dsl/spec.ts"
import { checkTraining } from "../../plugin/checked_strategy.ts"
import type { Composition, Memory, PluginKind, Probe, Router, Strategy } from "../../plugin/index.ts"
import { shippedFile } from "../../plugin/registry.ts"
import { PlanError, type PluginShelf, type Resolved } from "../chosen.ts"
import { refuseDrawn, refuseUntold, whyBoundaries } from "../needs_boundaries.ts"
import type { CompositionOptions } from "../options/composition_options.ts"
import { coreOf, coreOptionNames } from "../options/core_options.ts"
import type { RouterOptions } from "../options/router_options.ts"
import type { ReplayOptions } from "../options/strategy_options.ts"
import type { Json } from "../step.ts"
import type { PlannedStream } from "../stream.ts"
import { checkClassless, checkWritten } from "../writing.ts"
import { checkBlocks } from "./blocks_needed.ts"
import { routingOf } from "./routing.ts"

/** A router, a composition, a strategy or a probe. */
export type Line =
  | {
      readonly of: "router"
      readonly kind: "router" | "bound"
      readonly name: string
      readonly router: Resolved<Router>
      readonly core: RouterOptions
      readonly memory: Resolved<Memory>
    }
  | {
      readonly of: "composition"
      readonly name: string
      readonly composition: Resolved<Composition>
      readonly core: CompositionOptions
      readonly memory: Resolved<Memory>
    }
  | {
      readonly of: "strategy"
      readonly name: string
      readonly strategy: Resolved<Strategy>
      readonly core: ReplayOptions
      /** Of one that replays. */
      readonly memory?: Resolved<Memory>
    }
  | { readonly of: "probe"; readonly name: string; readonly probe: Resolved<Probe>; readonly memory: Resolved<Memory> }

export const linesOf = async (
  shelf: PluginShelf,
  spec: Spec,
  experiment: Experiment,
  { tasks, blocks }: Pick<PlannedStream, "tasks" | "blocks">,
): Promise<readonly Line[]> => {
  const lines: Line[] = []
  const stream = spec.streams[experiment.stream]
  for (const name of [...experiment.routers, ...experiment.compositions])
    refuseUntold(stream, spec.routers[name] ?? spec.compositions[name], MODULES)
  for (const name of experiment.routers) lines.push(await routerLine(shelf, spec, spec.routers[name], "router", stream))
  for (const name of experiment.compositions)
    lines.push(await compositionLine(shelf, spec, spec.compositions[name], stream, tasks))
  for (const name of experiment.bounds) {
    const declared = spec.routers[name] ?? spec.strategies[name] ?? spec.probes[name]
    const kind = spec.routers[name]
      ? "router"
      : spec.strategies[name]
        ? "strategy"
        : spec.probes[name]
          ? "probe"
          : boundKind(name, experiment)
    const declaration: Declaration = declared ?? {
      name,
      plugin: { name },
      options: {},
      span: experiment.span,
      optionSpans: {},
    }
    if (kind === "router") refuseUntold(stream, declaration, MODULES)
    if (kind === "router") lines.push(await routerLine(shelf, spec, declaration, "bound", stream))
    else if (kind === "strategy") {
      const line = await strategyLine(shelf, spec, declaration, stream, tasks.length)
      checkBlocks(line.strategy, declaration, experiment.on, blocks)
      lines.push(line)
    } else lines.push(await probeLine(shelf, spec, declaration, stream))
  }
  return lines
}

const probeLine = async (shelf: PluginShelf, spec: Spec, declaration: Declaration, stream: Stream): Promise<Line> => {
  const { name } = declaration
  const probe = await shelf.take<Probe>("probe", declaration, coreOptionNames("probe"))
  const core = coreOf("probe", declaration)
  const reads = probe.plugin.statisticsFrom(probe.chosen.options) === "memory"
  const memory = await memoryFor(shelf, spec, core.memory, stream, reads)
  const mixed = (stream.sequence?.blur ?? 0) > 0
  refuseUntold(
    stream,
    declaration,
    mixed ? "it is fitted anew after each task, and these go over into each other" : undefined,
  )
  if (reads) {
    shelf.note("probe", name, { memory: chosenMemory(spec, core.memory) ?? "random" })
    refuseDrawn(stream, declaration, memory)
  }
  return { of: "probe", name, probe, memory }
}

const MODULES = "it is made of modules, one for each task"

const boundKind = (name: string, experiment: Experiment): "router" | "strategy" | "probe" => {
  const found = (["router", "strategy", "probe"] as const).find((kind: PluginKind) => shippedFile(kind, name))
  if (!found)
    throw new PlanError(
      `the bound "${name}" is neither a plugin nor a declaration`,
      "bounds are routers, strategies or probes",
      experiment.span,
    )
  return found
}

const routerLine = async (
  shelf: PluginShelf,
  spec: Spec,
  declaration: Declaration,
  kind: "router" | "bound",
  stream: Stream,
): Promise<Line> => {
  const router = await shelf.take<Router>("router", declaration, coreOptionNames("router"))
  if (stream.answers) checkClassless(router, declaration, stream)
  const core = coreOf("router", declaration)
  const selects = routingOf(router.plugin, router.chosen.options).aggregate === "select"
  const head = stream.answers ? "none" : selects ? "kept" : core.head
  shelf.note("router", declaration.name, {
    fitting: { ...core, head, memory: chosenMemory(spec, core.memory) ?? "random" } as Json,
  })
  return {
    of: "router",
    kind,
    name: declaration.name,
    router,
    core,
    memory: await memoryFor(shelf, spec, core.memory, stream, readsMemory(router)),
  }
}

/** Itself, whatever its heads do. */
const readsMemory = ({ plugin, chosen }: Resolved<Router>): boolean =>
  plugin.parameters !== undefined || plugin.statisticsFrom?.(chosen.options) === "memory"

const strategyLine = async (
  shelf: PluginShelf,
  spec: Spec,
  declaration: Declaration,
  stream: Stream,
  stages: number,
): Promise<Extract<Line, { readonly of: "strategy" }>> => {
  const { name } = declaration
  const strategy = await shelf.take<Strategy>("strategy", declaration, coreOptionNames("strategy"))
  checkTraining(strategy.plugin, strategy.chosen.options, stages)
  if (stream.answers) checkClassless(strategy, declaration, stream)
  refuseUntold(stream, declaration, whyBoundaries(strategy.plugin, strategy.chosen.options))
  const core = coreOf("strategy", declaration)
  if (!strategy.plugin.replays) return { of: "strategy", name, strategy, core }
  const { from } = strategy.plugin.replays(strategy.chosen.options)
  const memory =
    from === "itself"
      ? await writtenMemory(shelf, spec, declaration, core.memory, stream)
      : await memoryFor(shelf, spec, core.memory, stream)
  const chosen = spec.memories[chosenMemory(spec, core.memory) ?? ""]
  const named = chosen?.plugin.name === memory.chosen.plugin ? chosen.name : memory.chosen.plugin
  shelf.note("strategy", name, { replay: { ...core, memory: named } as Json })
  refuseDrawn(stream, declaration, memory)
  return { of: "strategy", name, strategy, core, memory }
}

const compositionLine = async (
  shelf: PluginShelf,
  spec: Spec,
  declaration: Declaration,
  stream: Stream,
  tasks: readonly string[],
): Promise<Line> => {
  const composition = await shelf.take<Composition>("composition", declaration, coreOptionNames("composition"))
  checkTasks(composition, declaration, stream, tasks)
  const core = coreOf("composition", declaration)
  const head = stream.answers ? "none" : core.head
  shelf.note("composition", declaration.name, {
    refitting: { ...core, head, memory: chosenMemory(spec, core.memory) ?? "random" } as Json,
  })
  const memory = await memoryFor(shelf, spec, core.memory, stream, false)
  return { of: "composition", name: declaration.name, composition, core, memory }
}

/** Throws PlanError where options name a task that the stream does not have. */
const checkTasks = (
  { plugin, chosen }: Resolved<Composition>,
  { name, span }: Declaration,
  stream: Stream,
  tasks: readonly string[],
): void => {
  const unknown = plugin.tasks?.(chosen.options).find((task) => !tasks.includes(task))
  if (unknown !== undefined)
    throw new PlanError(
      `the composition "${name}" names the task "${unknown}", which the stream "${stream.name}" does not have`,
      `its tasks are ${tasks.join(", ")}`,
      span,
    )
}

/** The memory that is named, or the only one that is declared. */
const chosenMemory = ({ memories }: Spec, name: string | undefined): string | undefined => {
  const declared = Object.keys(memories)
  return name ?? (declared.length === 1 ? declared[0] : undefined)
}

/** Without one: five random examples a class; of tasks that are answered in words, twenty of each. */
const memoryFor = async (
  shelf: PluginShelf,
  spec: Spec,
  name: string | undefined,
  stream: Stream,
  read = true,
): Promise<Resolved<Memory>> => {
  const chosen = chosenMemory(spec, name)
  const declared = chosen === undefined ? undefined : spec.memories[chosen]
  const options: Declaration["options"] = stream.answers ? { per_task: 20 } : {}
  const implied = { plugin: { name: "random" }, options }
  const memory = await shelf.take<Memory>("memory", declared ?? implied)
  if (stream.answers && read) checkClassless(memory, declared, stream)
  if (read && declared) checkWritten(memory, declared, stream)
  return memory
}

/** That of a strategy which writes what it replays: how its samples look. Without one that generates: as `generated` says by default. */
const writtenMemory = async (
  shelf: PluginShelf,
  spec: Spec,
  { name, span, optionSpans }: Declaration,
  named: string | undefined,
  stream: Stream,
): Promise<Resolved<Memory>> => {
  const chosen = chosenMemory(spec, named)
  const declared = chosen === undefined ? undefined : spec.memories[chosen]
  const memory = await shelf.take<Memory>("memory", declared ?? { plugin: { name: "generated" }, options: {} })
  if (!memory.plugin.generates && named !== undefined)
    throw new PlanError(
      `the strategy "${name}" replays what it has written itself, and the memory "${named}" keeps training examples`,
      "name one that says how samples are written: `memory written = generated { per_task: 20 }`",
      optionSpans.memory ?? span,
    )
  const own = memory.plugin.generates
    ? memory
    : await shelf.take<Memory>("memory", { plugin: { name: "generated" }, options: {} })
  checkWritten(own, (memory.plugin.generates && declared) || { name: own.plugin.name, span }, stream)
  return own
}
