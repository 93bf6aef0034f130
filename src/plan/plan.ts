/**
 * The plan: a checked spec and its plugins become a graph of steps with content keys.
 *   spec -> plugins with options -> streams (texts, tokens, test set) -> modules -> rows (fit, encode, evaluate) -> scores
 */

import type * as Graph from "effect/Graph"
import { measuresOf } from "../../dsl/options/core_schema.ts"
import type { Compare, Experiment, Spec } from "../../dsl/spec.ts"
import type { Backbone, Backend, Memory, NumericProfile, Place } from "../plugin/index.ts"
import { adaptersOf } from "./adapters.ts"
import { StepBuilder } from "./builder.ts"
import { type Chosen, PluginShelf, type Resolved } from "./chosen.ts"
import { graphOf } from "./drawing/step_graph.ts"
import { planMemory } from "./memories.ts"
import { modulesInOrder, ordersOf, streamInOrder } from "./orders.ts"
import { type PlannedPortability, planPortability } from "./portability.ts"
import { checkHeads } from "./rows/asked.ts"
import { moduleChooser, type PlannedModules, planModules, trainOptions, withoutModules } from "./rows/cell.ts"
import { planComposition } from "./rows/composition.ts"
import { checkEarlier } from "./rows/earlier.ts"
import { groupedModules, groupingsOf } from "./rows/grouped.ts"
import { type Line, linesOf } from "./rows/lines.ts"
import { planProbe } from "./rows/probe.ts"
import { planRouter } from "./rows/router.ts"
import type { PlannedRow } from "./rows/row.ts"
import { planStrategy } from "./rows/strategy.ts"
import { transferredModules, transfersOf } from "./rows/transferred.ts"
import { planScores } from "./scores_step.ts"
import type { Json, Step } from "./step.ts"
import { type PlannedStream, planStream } from "./stream.ts"
import { modelPlanner, type PlannedStudy, planStudy } from "./studies.ts"
import { type ModuleReader, modulesElsewhere } from "./trained_elsewhere.ts"

export interface PlannedCell {
  readonly experiment: string
  readonly adapter: string
  /** As `Order` names it: `written`, `shuffled[2]`. */
  readonly order: string
  /** The experiment as it is written, where this is a variant of it: they share one correction. */
  readonly family: string
  readonly scores: string
  readonly rows: readonly PlannedRow[]
  readonly asked: readonly Compare[]
  /** What the table shall show, where that is not what is usual. */
  readonly measures?: readonly string[]
  readonly stream: PlannedStream
}

export interface Plan {
  /** Every step after its inputs. */
  readonly steps: readonly Step[]
  readonly graph: Graph.DirectedGraph<Step, string>
  readonly cells: readonly PlannedCell[]
  readonly studies: readonly PlannedStudy[]
  readonly portabilities: readonly PlannedPortability[]
  /** Keys of the results that the spec asks for. */
  readonly wanted: readonly string[]
  readonly backend: Chosen
  readonly profile: NumericProfile
  /** The spec as it takes effect: every declaration that takes part, with defaults. */
  readonly effective: Json
}

export interface PlanSettings {
  /** Folder of the spec: where relative paths start. */
  readonly directory: string
  /** Fingerprint of the processor's features. */
  readonly processor: string
  /** Only the last stage: for comparisons of final accuracy alone. */
  readonly finalStageOnly?: boolean
  /** Keep the gates of every token, for routers that route tokens. */
  readonly keepGates?: boolean
  /** Told of what comes from the network. */
  readonly onDownload?: Place["onDownload"]
  /** Reads the modules of libraries that were trained elsewhere. */
  readonly moduleReader?: ModuleReader
}

/** Rejects with PlanError, PluginError or DataError: what, where, what to do. */
export const makePlan = async (spec: Spec, settings: PlanSettings): Promise<Plan> => {
  const { shelf, builder, backend, profile } = await begun(spec, settings)
  const cells: PlannedCell[] = []
  for (const experiment of Object.values(spec.experiments))
    cells.push(...(await planExperiment(builder, shelf, spec, experiment, settings)))
  const studies: PlannedStudy[] = []
  for (const study of Object.values(spec.studies))
    studies.push(await planStudy(builder, shelf, spec, study, settings.directory))
  const portabilities: PlannedPortability[] = []
  for (const declared of Object.values(spec.portabilities))
    portabilities.push(
      ...(await planPortability(builder, shelf, spec, declared, (stream, backbone) =>
        planStream(builder, shelf, spec, spec.streams[stream], backbone, settings),
      )),
    )
  const steps = builder.steps
  return {
    steps,
    graph: graphOf(steps),
    cells,
    studies,
    portabilities,
    wanted: [
      ...cells.map(({ scores }) => scores),
      ...studies.map(({ key }) => key),
      ...portabilities.map(({ scores }) => scores),
    ],
    backend,
    profile,
    effective: effectiveSpec(shelf, spec),
  }
}

/** What it takes to make one language model of a spec: of a pretraining and a seed. */
export interface ModelPlan extends Pick<Plan, "steps" | "wanted" | "backend" | "profile" | "effective"> {
  /** The plugin that reads the model. */
  readonly family: Backbone
}

/** Rejects as `makePlan` does. */
export const makeModelPlan = async (
  spec: Spec,
  name: string,
  seed: number,
  settings: Pick<PlanSettings, "directory" | "processor">,
): Promise<ModelPlan> => {
  const { shelf, builder, backend, profile } = await begun(spec, settings)
  const { modelOf } = modelPlanner(builder, shelf, spec, settings.directory)
  const { key, family } = await modelOf(spec.pretrainings[name], seed)
  return {
    steps: builder.steps,
    wanted: [key],
    backend,
    profile,
    effective: effectiveSpec(shelf, spec),
    family: family.plugin,
  }
}

/** The backend and an empty plan on it. */
const begun = async (spec: Spec, { directory, processor }: Pick<PlanSettings, "directory" | "processor">) => {
  const shelf = new PluginShelf(spec, directory)
  const [declared] = Object.values(spec.backends)
  const { plugin, chosen, code } = await shelf.take<Backend>(
    "backend",
    declared ?? { plugin: { name: "onnxruntime" }, options: {} },
  )
  const profile = plugin.profile(chosen.options)
  return { shelf, builder: new StepBuilder(profile, processor, code), backend: chosen, profile }
}

const effectiveSpec = (
  shelf: PluginShelf,
  { streams, libraries, trains, studies, experiments, portabilities }: Spec,
): Json =>
  JSON.parse(
    JSON.stringify(
      {
        language: 1,
        plugins: shelf.effective,
        streams,
        libraries,
        trains,
        ...(Object.keys(studies).length > 0 ? { studies } : {}),
        experiments,
        ...(Object.keys(portabilities).length > 0 ? { portabilities } : {}),
      },
      (key, value) => (key === "span" ? undefined : value),
    ),
  )

const planExperiment = async (
  builder: StepBuilder,
  shelf: PluginShelf,
  spec: Spec,
  experiment: Experiment,
  { directory, finalStageOnly = false, keepGates = false, onDownload, moduleReader }: PlanSettings,
): Promise<readonly PlannedCell[]> => {
  const { on, stream: streamName } = experiment
  const settings = {
    directory,
    ...(onDownload && { onDownload }),
    ...(experiment.measure.includes("forward_transfer") && { ahead: true as const }),
  }
  const stream = await planStream(builder, shelf, spec, spec.streams[streamName], on, settings)
  const stages = stream.tasks.map((_, t) => t).filter((t) => !finalStageOnly || t === stream.tasks.length - 1)
  const adapters = await adaptersOf(shelf, spec)
  const declared = [...adapters.values()]
  const elsewhere = await modulesElsewhere(spec, experiment.adapters, stream, declared, directory, moduleReader)
  const lines = (await linesOf(shelf, spec, experiment, stream)).map((line) => ({ ...line, keepGates }))
  const train = trainOptions(spec.trains[experiment.train])
  const used = experiment.adapters.flatMap((name) => Object.values(spec.libraries[name]?.adapterOf ?? { own: name }))
  checkEarlier(
    spec.trains[experiment.train],
    used.flatMap((name) => adapters.get(name) ?? []),
  )
  const transfers = await transfersOf(shelf, spec, experiment.adapters, experiment.train, (backbone) =>
    planStream(builder, shelf, spec, spec.streams[streamName], backbone, settings),
  )
  const groupings = await groupingsOf(shelf, spec, experiment.adapters, experiment.train)
  const orders = ordersOf(spec.streams[experiment.stream], stream.tasks)
  const cells = orders.flatMap((order) => experiment.adapters.map((name) => ({ order, name })))
  return cells.map(({ order, name }) => {
    const turned = streamInOrder(builder, stream, order)
    const rows: PlannedRow[] = []
    const single: string[] = []
    for (const seed of experiment.seeds) {
      if (stream.sequence) {
        const one = withoutModules(spec, stream, name, adapters, seed)
        for (const line of lines) rows.push(...planLine(builder, turned, one, line, train, stages))
        continue
      }
      const grouping = groupings.get(name)
      const transfer = transfers.get(name)
      const source = grouping?.of ?? name
      const moduleOf = transfer
        ? transferredModules(builder, stream, adapters.get(transfer.core.of)!, transfer, seed)
        : moduleChooser(spec, source, adapters, elsewhere.get(name) ?? new Map())
      const apart =
        train.earlier === "absent"
          ? modulesInOrder(planModules(builder, stream, moduleOf, source, train, seed), order)
          : planModules(
              builder,
              turned,
              moduleOf,
              order.name === "written" ? name : `${name} · ${order.name}`,
              train,
              seed,
            )
      const modules = grouping ? groupedModules(builder, turned, apart, adapters.get(source)!, grouping, train) : apart
      single.push(modules.at(stages.at(-1)!).encoded[0])
      for (const line of lines) rows.push(...planLine(builder, turned, modules, line, train, stages))
    }
    checkHeads(experiment.compare, rows)
    const where = { experiment: experiment.name, adapter: name, order: order.name }
    return {
      ...where,
      family: experiment.variantOf ?? experiment.name,
      rows,
      asked: experiment.compare,
      ...(sameWords(experiment.measure, measuresOf(stream.answers ? "text" : "classes").usual)
        ? {}
        : { measures: experiment.measure }),
      stream: turned,
      scores: planScores(builder, turned, where, rows, stream.sequence ? plainRows(lines, rows) : single),
    }
  })
}

/** Evaluations of strategies that are an adapter on the backbone and no more: what other rows' FLOPs are counted in. */
const plainRows = (lines: readonly Line[], rows: readonly PlannedRow[]): readonly string[] =>
  rows.slice(0, lines.length).flatMap(({ stages }, i) => {
    const line = lines[i]
    if (line.of !== "strategy" || line.strategy.plugin.trains === "everything") return []
    return line.strategy.plugin.adapts || line.strategy.plugin.pool ? [] : (stages.at(-1)?.evaluation ?? [])
  })

const sameWords = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((word) => others.includes(word))

const planLine = (
  builder: StepBuilder,
  stream: PlannedStream,
  modules: PlannedModules,
  line: Line & { readonly keepGates: boolean },
  train: ReturnType<typeof trainOptions>,
  stages: readonly number[],
): readonly PlannedRow[] => {
  const writers = { name: modules.name, adapters: modules.adapters, train }
  const memoryOf = (memory: Resolved<Memory>) => planMemory(builder, memory, stream, modules.seed, writers)
  switch (line.of) {
    case "router":
      return planRouter(builder, stream, modules, { ...line, memory: memoryOf(line.memory) }, stages)
    case "composition":
      return planComposition(builder, stream, modules, { ...line, memory: memoryOf(line.memory) }, stages)
    case "strategy": {
      const memory = line.memory && memoryOf(line.memory)
      return [planStrategy(builder, stream, modules, { ...line, train, memory }, stages)]
    }
    case "probe":
      return [planProbe(builder, stream, modules.seed, { ...line, memory: memoryOf(line.memory) }, stages)]
  }
}
