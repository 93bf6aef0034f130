/** Steps and rows of a router: fitted at every stage on the modules so far, evaluated on the mixed test set. */
import type { Source } from "../learning/results.ts"
import type { Router, Routing } from "../plugin/index.ts"
import type { StepBuilder } from "./builder.ts"
import type { PlannedModules } from "./cell.ts"
import type { Resolved } from "./chosen.ts"
import { seconds } from "./estimates.ts"
import type { RouterOptions } from "./router_options.ts"
import { routingOf } from "./routing.ts"
import type { Evaluated, PlannedRow } from "./row.ts"
import { whyNotServed } from "./serving.ts"
import type { Json } from "./step.ts"
import type { PlannedStream } from "./stream.ts"

export interface RouterRow {
  readonly name: string
  readonly kind: "router" | "bound"
  readonly router: Resolved<Router>
  readonly core: RouterOptions
  /** Steps of the memory that it uses, by task. */
  readonly memories: readonly string[]
  /** Keep the gates of every token, not their mean and entropy alone. */
  readonly keepGates: boolean
}

export const planRouter = (
  builder: StepBuilder,
  stream: PlannedStream,
  modules: PlannedModules,
  row: RouterRow,
  stages: readonly number[],
): readonly PlannedRow[] => {
  const { plugin, chosen } = row.router
  const routing = routingOf(plugin, chosen.options)
  const known = {
    name: row.name,
    plugin: plugin.name,
    kind: row.kind,
    seed: modules.seed,
    knowsTask: routing.query === "task",
    how: routing.aggregate === "select" ? ("selects" as const) : ("composes" as const),
    granularity: routing.granularity,
  }
  const heads =
    routing.aggregate === "select"
      ? (["kept"] as const)
      : row.core.head === "both"
        ? (["kept", "refit"] as const)
        : [row.core.head]
  const notDefined = whyNotServed(plugin, modules.adapters)
  if (notDefined)
    return heads.map((head) => ({
      ...known,
      head,
      source: sourceOf(row.router, head),
      stages: [],
      fits: [],
      charged: [],
      notDefined,
    }))
  const now = row.core.schedule === "once_at_end" ? stages.filter((stage) => stage === stream.tasks.length - 1) : stages
  return heads.map((head) => {
    const evaluated: Evaluated[] = []
    let previous: string | undefined
    for (const stage of row.core.schedule === "after_each_task_warm" ? stream.tasks.map((_, t) => t) : now) {
      const fitted = new RouterStage(builder, stream, modules, row, routing, head, stage)
      const fit = fitted.fit(row.core.schedule === "after_each_task_warm" ? previous : undefined)
      previous = fit
      if (now.includes(stage)) evaluated.push(routing.aggregate === "select" ? fitted.select(fit) : fitted.compose(fit))
    }
    const last = evaluated.at(-1)
    return {
      ...known,
      head,
      source: sourceOf(row.router, head),
      stages: evaluated,
      fits: last?.fits ?? [],
      charged: last?.charged ?? [],
    }
  })
}

/** Where what a row knows of the data comes from; refitted heads have seen the memory, whatever the router has. */
const sourceOf = ({ plugin, chosen }: Resolved<Router>, head: "kept" | "refit"): Source => {
  if (plugin.statistics) return plugin.statisticsFrom?.(chosen.options) ?? "train"
  if (plugin.parameters || head === "refit") return "memory"
  return plugin.prepare ? "weights" : "none"
}

/** One router with one head policy at one stage. */
class RouterStage {
  readonly #builder: StepBuilder
  readonly #stream: PlannedStream
  readonly #modules: PlannedModules
  readonly #row: RouterRow
  readonly #routing: Routing
  readonly #head: "kept" | "refit"
  readonly #stage: number

  constructor(
    builder: StepBuilder,
    stream: PlannedStream,
    modules: PlannedModules,
    row: RouterRow,
    routing: Routing,
    head: "kept" | "refit",
    stage: number,
  ) {
    this.#builder = builder
    this.#stream = stream
    this.#modules = modules
    this.#row = row
    this.#routing = routing
    this.#head = head
    this.#stage = stage
  }

  get #frozen(): boolean {
    return this.#routing.query === "frozen_mean" || this.#routing.query === "frozen_cls"
  }
  get #trained(): boolean {
    return this.#row.router.plugin.parameters !== undefined
  }
  #upTo = (keys: readonly string[]): readonly string[] => keys.slice(0, this.#stage + 1)
  get #code(): readonly string[] {
    return [...this.#modules.code, this.#row.router.code]
  }
  get #fitting(): Json {
    const { epochs, batch, learning_rate, head_learning_rate } = this.#row.core
    return { epochs, batch, learning_rate, head_learning_rate }
  }
  #label = (what: string): string =>
    `${what} ${this.#row.name}${this.#trained ? ` (${this.#head} heads)` : ""} · after ${this.#stream.tasks[this.#stage]} · ${this.#modules.name} · seed ${this.#modules.seed}`

  /** Constants and trained parameters. What is not trained is the same for both head policies. */
  fit(previous: string | undefined): string {
    const { plugin, chosen } = this.#row.router
    const remembers = this.#trained || plugin.statisticsFrom?.(chosen.options) === "memory"
    const reads = plugin.statistics !== undefined || (this.#trained && this.#frozen)
    return this.#builder.add({
      kind: "fit",
      label: this.#label("fit"),
      options: {
        backbone: this.#stream.backbone,
        router: chosen,
        name: plugin.name,
        head: this.#trained ? this.#head : "kept",
        ...(this.#trained ? { fitting: this.#fitting } : {}),
        ...(this.#trained ? { seed: this.#modules.seed } : {}),
      } as unknown as Json,
      inputs: {
        modules: this.#upTo(this.#modules.modules),
        ...(remembers || reads ? { tokens: this.#upTo(this.#stream.tokens) } : {}),
        ...(remembers ? { memories: this.#upTo(this.#row.memories) } : {}),
        ...(reads ? { features: this.#upTo(this.#stream.trainFeatures) } : {}),
        previous: previous ? [previous] : [],
      },
      code: this.#code,
      seconds: this.#trained ? (seconds.fit * (this.#stage + 1)) / 3 : seconds.mixed,
      bytes: 5e4,
    })
  }

  /** Every module has seen the test set alone; the router only picks. */
  select(fit: string): Evaluated {
    const evaluation = this.#builder.add({
      kind: "evaluate",
      label: this.#label("evaluate"),
      options: {
        how: "selects",
        router: this.#row.router.chosen,
        stage: this.#stage,
        seed: this.#modules.seed,
      } as unknown as Json,
      inputs: {
        fit,
        modules: this.#upTo(this.#modules.modules),
        encoded: this.#upTo(this.#modules.encoded),
        blind: this.#stream.blind,
        ...(this.#frozen ? { features: this.#stream.testFeatures } : {}),
        ...(this.#routing.query === "task" ? { truth: this.#stream.truth } : {}),
      },
      code: this.#code,
      seconds: seconds.evaluate,
      bytes: 3e5,
    })
    return { stage: this.#stage, evaluation, fits: [fit], charged: this.#charged(fit) }
  }

  compose(fit: string): Evaluated {
    const encoded = this.#encode(fit, "test")
    const refitted = this.#head === "kept" ? undefined : this.#trained ? fit : this.#refit(fit)
    const evaluation = this.#builder.add({
      kind: "evaluate",
      label: `evaluate ${this.#row.name} (${this.#head} heads) · after ${this.#stream.tasks[this.#stage]} · ${this.#modules.name} · seed ${this.#modules.seed}`,
      options: { how: "composes", stage: this.#stage, seed: this.#modules.seed },
      inputs: {
        encoded,
        modules: this.#upTo(this.#modules.modules),
        head: refitted ? [refitted] : [],
        features: this.#frozen ? [this.#stream.testFeatures] : [],
      },
      seconds: seconds.evaluate,
      bytes: 3e5,
    })
    const fits = refitted && refitted !== fit ? [fit, refitted] : [fit]
    return { stage: this.#stage, evaluation, fits, charged: this.#charged(fit, refitted) }
  }

  #encode(fit: string, on: "test" | "memory"): string {
    const keepGates = this.#row.keepGates && this.#routing.granularity === "token" && on === "test"
    return this.#builder.add({
      kind: "encode",
      label: this.#label(on === "test" ? "test set under" : "memory under"),
      options: {
        what: "routed",
        backbone: this.#stream.backbone,
        router: this.#row.router.chosen,
        stage: this.#stage,
        on,
        seed: this.#modules.seed,
        ...(keepGates ? { keepGates } : {}),
      } as unknown as Json,
      inputs: {
        fit,
        modules: this.#upTo(this.#modules.modules),
        ...(on === "test"
          ? {
              blind: this.#stream.blind,
              ...(this.#frozen ? { features: this.#stream.testFeatures } : {}),
              ...(this.#routing.query === "task" ? { truth: this.#stream.truth } : {}),
            }
          : {
              tokens: this.#upTo(this.#stream.tokens),
              memories: this.#upTo(this.#row.memories),
              ...(this.#frozen ? { features: this.#upTo(this.#stream.trainFeatures) } : {}),
            }),
      },
      code: this.#code,
      seconds: on === "test" ? (seconds.encode * (this.#stage + 1)) / 4 : 0.5,
      bytes: 2e6,
    })
  }

  #refit(fit: string): string {
    return this.#builder.add({
      kind: "head",
      label: this.#label("refit heads under"),
      options: { fitting: this.#fitting, seed: this.#modules.seed, name: this.#row.router.plugin.name },
      inputs: {
        encoded: this.#encode(fit, "memory"),
        modules: this.#upTo(this.#modules.modules),
        tokens: this.#upTo(this.#stream.tokens),
        memories: this.#upTo(this.#row.memories),
      },
      seconds: seconds.head,
      bytes: 3e4,
    })
  }

  /** Steps whose processor time the row pays: fitting, and the features that it reads, in full. */
  #charged(fit: string, refitted?: string): readonly string[] {
    const { plugin } = this.#row.router
    const features = plugin.statistics || (this.#trained && this.#frozen) ? this.#upTo(this.#stream.trainFeatures) : []
    const own = refitted && refitted !== fit ? [refitted, this.#encode(fit, "memory")] : []
    return [...new Set([fit, ...own, ...features])]
  }
}
