/** The lines of an experiment: its routers, then its bounds, each with the memory that it uses. */
import type { Declaration, Experiment, Spec, Stream } from "../../dsl/spec.ts"
import type { Memory, PluginKind, Probe, Router, Strategy } from "../plugin/index.ts"
import { shippedFile } from "../plugin/registry.ts"
import { decoded, PlanError, type PluginShelf, type Resolved } from "./chosen.ts"
import { RouterOptions, routerOptionNames } from "./router_options.ts"
import { routingOf } from "./routing.ts"
import type { Json } from "./step.ts"
import { checkClassless } from "./writing.ts"

/** A router, a strategy or a probe. */
export type Line =
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

export const linesOf = async (shelf: PluginShelf, spec: Spec, experiment: Experiment): Promise<readonly Line[]> => {
  const lines: Line[] = []
  const stream = spec.streams[experiment.stream]
  for (const name of experiment.routers) lines.push(await routerLine(shelf, spec, spec.routers[name], "router", stream))
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
    if (kind === "router") lines.push(await routerLine(shelf, spec, declaration, "bound", stream))
    else if (kind === "strategy")
      lines.push({ of: "strategy", name, strategy: await shelf.take<Strategy>("strategy", declaration) })
    else
      lines.push({
        of: "probe",
        name,
        probe: await shelf.take<Probe>("probe", declaration),
        memory: await memoryFor(shelf, spec, undefined, stream),
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
  stream: Stream,
): Promise<Line> => {
  const router = await shelf.take<Router>("router", declaration, routerOptionNames)
  if (stream.answers) checkClassless(router, declaration, stream)
  const written = Object.fromEntries(
    Object.entries(declaration.options).filter(([name]) => routerOptionNames.includes(name)),
  )
  const core = decoded(
    RouterOptions,
    written,
    `router "${declaration.name}"`,
    declaration.span,
  ) as unknown as RouterOptions
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
  return memory
}
