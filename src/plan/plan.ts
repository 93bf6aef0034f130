/**
 * The plan: a checked spec and its plugins become a graph of steps with content keys.
 *   spec -> plugins with options -> streams (texts, tokens, test set) -> modules -> rows (fit, encode, evaluate) -> scores
 */

import * as Graph from "effect/Graph"
import { MEASURES } from "../../dsl/core_schema.ts"
import type { Compare, Declaration, Experiment, Spec } from "../../dsl/spec.ts"
import type { Adapter, Backend, Memory, NumericProfile, PluginKind, Probe, Router, Strategy } from "../plugin/index.ts"
import { shippedFile } from "../plugin/registry.ts"
import { checkHeads } from "./asked.ts"
import { planProbe, planStrategy } from "./bound_row.ts"
import { StepBuilder } from "./builder.ts"
import { adapterChooser, type PlannedModules, planModules, trainOptions } from "./cell.ts"
import { type Chosen, decoded, PlanError, PluginShelf, type Resolved } from "./chosen.ts"
import { seconds } from "./estimates.ts"
import { inputKeys } from "./key.ts"
import { modulesInOrder, ordersOf, streamInOrder } from "./orders.ts"
import { RouterOptions, routerOptionNames } from "./router_options.ts"
import { planRouter } from "./router_row.ts"
import { routingOf } from "./routing.ts"
import type { PlannedRow } from "./row.ts"
import type { Json, Step } from "./step.ts"
import { type PlannedStream, planMemories, planStream } from "./stream.ts"

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
  /** What the table shall show, where that is not everything. */
  readonly measures?: readonly string[]
  readonly stream: PlannedStream
}

export interface Plan {
  /** Every step after its inputs. */
  readonly steps: readonly Step[]
  readonly graph: Graph.DirectedGraph<Step, string>
  readonly cells: readonly PlannedCell[]
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
}

/** Rejects with PlanError, PluginError or DataError: what, where, what to do. */
export const makePlan = async (spec: Spec, settings: PlanSettings): Promise<Plan> => {
  const { directory, processor } = settings
  const shelf = new PluginShelf(spec, directory)
  const [declaredBackend] = Object.values(spec.backends)
  const backend = await shelf.take<Backend>(
    "backend",
    declaredBackend ?? { plugin: { name: "onnxruntime" }, options: {} },
  )
  const profile = backend.plugin.profile(backend.chosen.options)
  const builder = new StepBuilder(profile, processor, backend.code)
  const cells: PlannedCell[] = []
  for (const experiment of Object.values(spec.experiments))
    cells.push(...(await planExperiment(builder, shelf, spec, experiment, settings)))
  const steps = builder.steps
  return {
    steps,
    graph: graphOf(steps),
    cells,
    wanted: cells.map(({ scores }) => scores),
    backend: backend.chosen,
    profile,
    effective: effectiveSpec(shelf, spec),
  }
}

const effectiveSpec = (shelf: PluginShelf, { streams, libraries, trains, experiments }: Spec): Json =>
  JSON.parse(
    JSON.stringify({ language: 1, plugins: shelf.effective, streams, libraries, trains, experiments }, (key, value) =>
      key === "span" ? undefined : value,
    ),
  )

const planExperiment = async (
  builder: StepBuilder,
  shelf: PluginShelf,
  spec: Spec,
  experiment: Experiment,
  { directory, finalStageOnly = false, keepGates = false }: PlanSettings,
): Promise<readonly PlannedCell[]> => {
  const stream = await planStream(builder, shelf, spec, spec.streams[experiment.stream], experiment.on, directory)
  const stages = stream.tasks.map((_, t) => t).filter((t) => !finalStageOnly || t === stream.tasks.length - 1)
  const adapters = new Map<string, Resolved<Adapter>>()
  for (const [name, declaration] of Object.entries(spec.adapters))
    adapters.set(name, await shelf.take<Adapter>("adapter", declaration))
  const lines = (await linesOf(shelf, spec, experiment)).map((line) => ({ ...line, keepGates }))
  const train = trainOptions(spec.trains[experiment.train])
  const orders = ordersOf(spec.streams[experiment.stream], stream.tasks)
  const cells = orders.flatMap((order) => experiment.adapters.map((name) => ({ order, name })))
  return cells.map(({ order, name }) => {
    const turned = streamInOrder(builder, stream, order)
    const rows: PlannedRow[] = []
    const single: string[] = []
    for (const seed of experiment.seeds) {
      const written = planModules(builder, stream, adapterChooser(spec, name, adapters), name, train, seed)
      const modules = modulesInOrder(written, order)
      single.push(modules.encoded[0])
      for (const line of lines) rows.push(...planLine(builder, turned, modules, line, train, stages))
    }
    checkHeads(experiment.compare, rows)
    const where = { experiment: experiment.name, adapter: name, order: order.name }
    return {
      ...where,
      family: experiment.variantOf ?? experiment.name,
      rows,
      asked: experiment.compare,
      ...(experiment.measure.length < MEASURES.length ? { measures: experiment.measure } : {}),
      stream: turned,
      scores: planScores(builder, turned, where, rows, single),
    }
  })
}

/** A line of the experiment: a router, a strategy or a probe, with the memory that it uses. */
type Line =
  | {
      readonly of: "router"
      readonly kind: "router" | "bound"
      readonly name: string
      readonly router: Resolved<Router>
      readonly core: RouterOptions
      readonly memory: Resolved<Memory>
    }
  | { readonly of: "strategy"; readonly name: string; readonly strategy: Resolved<Strategy> }
  | { readonly of: "probe"; readonly name: string; readonly probe: Resolved<Probe>; readonly memory: Resolved<Memory> }

const linesOf = async (shelf: PluginShelf, spec: Spec, experiment: Experiment): Promise<readonly Line[]> => {
  const lines: Line[] = []
  for (const name of experiment.routers) lines.push(await routerLine(shelf, spec, spec.routers[name], "router"))
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
    if (kind === "router") lines.push(await routerLine(shelf, spec, declaration, "bound"))
    else if (kind === "strategy")
      lines.push({ of: "strategy", name, strategy: await shelf.take<Strategy>("strategy", declaration) })
    else
      lines.push({
        of: "probe",
        name,
        probe: await shelf.take<Probe>("probe", declaration),
        memory: await memoryFor(shelf, spec, undefined),
      })
  }
  return lines
}

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
): Promise<Line> => {
  const router = await shelf.take<Router>("router", declaration, routerOptionNames)
  const written = Object.fromEntries(
    Object.entries(declaration.options).filter(([name]) => routerOptionNames.includes(name)),
  )
  const core = decoded(
    RouterOptions,
    written,
    `router "${declaration.name}"`,
    declaration.span,
  ) as unknown as RouterOptions
  const head = routingOf(router.plugin, router.chosen.options).aggregate === "select" ? "kept" : core.head
  shelf.note("router", declaration.name, {
    fitting: { ...core, head, memory: chosenMemory(spec, core.memory) ?? "random" } as Json,
  })
  return { of: "router", kind, name: declaration.name, router, core, memory: await memoryFor(shelf, spec, core.memory) }
}

/** The memory that is named, or the only one that is declared. */
const chosenMemory = ({ memories }: Spec, name: string | undefined): string | undefined => {
  const declared = Object.keys(memories)
  return name ?? (declared.length === 1 ? declared[0] : undefined)
}

/** Without one: five random examples a class. */
const memoryFor = (shelf: PluginShelf, spec: Spec, name: string | undefined): Promise<Resolved<Memory>> => {
  const chosen = chosenMemory(spec, name)
  return shelf.take<Memory>(
    "memory",
    chosen === undefined ? { plugin: { name: "random" }, options: {} } : spec.memories[chosen],
  )
}

const planLine = (
  builder: StepBuilder,
  stream: PlannedStream,
  modules: PlannedModules,
  line: Line & { readonly keepGates: boolean },
  train: ReturnType<typeof trainOptions>,
  stages: readonly number[],
): readonly PlannedRow[] => {
  switch (line.of) {
    case "router":
      return planRouter(builder, stream, modules, lazily({ ...line }, builder, stream, modules.seed), stages)
    case "strategy":
      return [planStrategy(builder, stream, modules, { ...line, train }, stages)]
    case "probe":
      return [planProbe(builder, stream, modules.seed, lazily({ ...line }, builder, stream, modules.seed), stages)]
  }
}

/** Memory steps come into the plan only where a row asks for them. */
const lazily = <L extends { readonly memory: Resolved<Memory> }>(
  line: L,
  builder: StepBuilder,
  stream: PlannedStream,
  seed: number,
): L & { readonly memories: readonly string[] } =>
  Object.defineProperty(line, "memories", { get: () => planMemories(builder, line.memory, stream, seed) }) as L & {
    readonly memories: readonly string[]
  }

const planScores = (
  builder: StepBuilder,
  stream: PlannedStream,
  where: Pick<PlannedCell, "experiment" | "adapter" | "order">,
  rows: readonly PlannedRow[],
  single: readonly string[],
): string => {
  const evaluations = [...new Set(rows.flatMap(({ stages }) => stages.map(({ evaluation }) => evaluation)))]
  const fits = [...new Set(rows.flatMap((row) => row.fits))]
  return builder.add({
    kind: "scores",
    label: `scores of ${where.experiment} · ${where.adapter}${where.order === "written" ? "" : ` · ${where.order}`}`,
    options: {
      ...where,
      ...(stream.scenario === "class_incremental" ? {} : { scenario: stream.scenario }),
      rows: rows.map(({ stages, fits: own, charged: _c, ...row }) => ({
        ...row,
        stages: stages.map(({ stage, evaluation }) => ({ index: stage, evaluation: evaluations.indexOf(evaluation) })),
        fits: own.map((key) => fits.indexOf(key)),
        stepKeys: [...new Set(stages.flatMap((one) => [...one.fits, one.evaluation]))],
      })),
    } as unknown as Json,
    inputs: { truth: stream.truth, blind: stream.blind, evaluations, fits, single: single.slice(0, 1) },
    seconds: seconds.scores,
    bytes: 5e6,
  })
}

/** Steps as nodes, inputs as edges named after them. */
const graphOf = (steps: readonly Step[]): Graph.DirectedGraph<Step, string> =>
  Graph.directed<Step, string>((mutable) => {
    const index = new Map(steps.map((step) => [step.key, Graph.addNode(mutable, step)]))
    for (const step of steps)
      for (const [name, keys] of Object.entries(step.inputs))
        for (const key of new Set([keys].flat())) Graph.addEdge(mutable, index.get(key)!, index.get(step.key)!, name)
    return undefined
  })

/** Steps that the wanted ones need. */
export const needed = ({ steps, wanted }: Pick<Plan, "steps" | "wanted">): readonly Step[] => {
  const byKey = new Map(steps.map((step) => [step.key, step]))
  const seen = new Set<string>()
  const waiting = [...wanted]
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    if (seen.has(key)) continue
    seen.add(key)
    waiting.push(...inputKeys(byKey.get(key)!))
  }
  return steps.filter(({ key }) => seen.has(key))
}
