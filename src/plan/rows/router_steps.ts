/** The steps of a router at a stage: fitted, then the test set is evaluated under what it selects or composes. */
import type { Answers } from "../../../dsl/spec.ts"
import { seconds } from "../estimates.ts"
import { optionsFor } from "../options/step_options.ts"
import {
  codeOf,
  fitsOnMemory,
  fittingOf,
  informationAt,
  isTrained,
  labelOf,
  memoryAt,
  memoryInputs,
  type RouterStage,
  readsFrozen,
  seen,
  testInputs,
  testOptions,
  trainsHeads,
  usesMemory,
} from "./router_stage.ts"
import type { Evaluated } from "./row.ts"

/** Constants and fitted parameters. What is not trained with the heads is the same for both head policies. */
export const fit = (at: RouterStage, previous: string | undefined): string => {
  const { builder, stream, modules, row, stage } = at
  const { plugin, chosen } = row.router
  const trained = isTrained(at)
  const remembers = fitsOnMemory(at)
  const reads = readsFeatures(at)
  const units = unitFeatures(at)
  const router = { backbone: stream.backbone, router: chosen, name: plugin.name }
  const head = trainsHeads(at) || at.head === "none" ? at.head : "kept"
  return builder.add({
    ...optionsFor(
      "fit",
      trained ? { ...router, head, fitting: fittingOf(at), seed: modules.seed } : { ...router, head: "kept" },
    ),
    label: labelOf(at, "fit", trainsHeads(at) && at.head !== "none"),
    inputs: {
      modules: modules.at(at.stage).modules,
      ...(trained || remembers || reads || units ? { tokens: seen(at, stream.tokens) } : {}),
      ...(remembers ? { memories: memoryAt(at) } : {}),
      ...(reads ? { features: seen(at, stream.trainFeatures) } : {}),
      ...(units ? { unitFeatures: units } : {}),
      ...(plugin.alone ? { alone: aloneFits(at) } : {}),
      ...(plugin.fisher ? { fisher: informationAt(at) } : {}),
      previous: previous ? [previous] : [],
    },
    code: codeOf(at),
    seconds: trained ? (seconds.fit * (stage + 1)) / 3 : seconds.mixed,
    bytes: 5e4,
  })
}

/** Gates that are trained with each module alone: the same at every stage, where the modules are. */
const aloneFits = (at: RouterStage): readonly string[] => {
  const { builder, stream, modules, row } = at
  const { plugin, chosen } = row.router
  const features = readsFrozen(at) ? seen(at, stream.trainFeatures) : undefined
  const { modules: keys, names } = modules.at(at.stage)
  // Which tasks a module of a group serves is known when it is trained: it takes its own of all.
  const own = (of: readonly string[], m: number) => (modules.grouped ? seen(at, of) : [of[m]])
  return keys.map((module, m) =>
    builder.add({
      ...optionsFor("fit", {
        alone: true,
        backbone: stream.backbone,
        router: chosen,
        name: plugin.name,
        fitting: fittingOf(at),
        seed: modules.seed,
      }),
      label: `gate ${row.name} · ${names[m]} · ${modules.name} · seed ${modules.seed}`,
      inputs: { modules: [module], tokens: own(stream.tokens, m), ...(features ? { features: own(features, m) } : {}) },
      code: codeOf(at),
      seconds: seconds.fit,
      bytes: 5e4,
    }),
  )
}

/** What enters the units that its statistics are of. */
const unitFeatures = (at: RouterStage): readonly string[] | undefined => {
  const { builder, stream, modules, row, routing } = at
  const { plugin, chosen } = row.router
  const { query } = routing
  if (!plugin.statistics || (query !== "block" && query !== "site")) return undefined
  const memories = plugin.statisticsFrom?.(chosen.options) === "memory" ? memoryAt(at) : []
  const along = row.memory.dependsOnOrder && memories.length > 0
  const roles = new Set(modules.adapters.flatMap((adapter) => adapter.plugin.sites(adapter.chosen.options)))
  return seen(at, stream.tokens).map((texts, t) =>
    builder.add({
      ...optionsFor("features", {
        backbone: stream.backbone,
        split: "train",
        units: {
          query,
          level: routing.level,
          pooled: plugin.pooled?.(chosen.options) ?? "mean",
          roles: [...roles].sort(),
          place: along ? t : 0,
        },
      }),
      label: `what enters the ${query === "site" ? "sites" : "blocks"} · ${stream.tasks[t]}`,
      inputs: { texts, memories: along ? memories : memories.slice(t, t + 1) },
      code: [stream.code],
      seconds: seconds.encode,
      bytes: 3e6,
    }),
  )
}

/** Every module has seen the test set alone; the router only picks. */
export const select = (at: RouterStage, fitted: string): Evaluated => {
  const { builder, modules, row, stage } = at
  const evaluation = builder.add({
    ...optionsFor("evaluate", {
      how: "selects",
      router: row.router.chosen,
      stage,
      seed: modules.seed,
      ...testOptions(at),
    }),
    label: labelOf(at, "evaluate", trainsHeads(at)),
    inputs: {
      fit: fitted,
      modules: modules.at(at.stage).modules,
      encoded: modules.at(at.stage).encoded,
      ...testInputs(at),
    },
    code: codeOf(at),
    seconds: seconds.evaluate,
    bytes: 3e5,
  })
  return { stage, evaluation, fits: [fitted], charged: charged(at, [fitted]) }
}

/** Answers: of the module that the router picks, each of which has answered the test set alone; or of all, weighed by the gates. */
export const write = (at: RouterStage, fitted: string): Evaluated => {
  const { builder, stream, modules, row, routing, stage } = at
  const answers = stream.answers as Answers
  const picks = routing.aggregate === "select"
  const own = { stage, router: row.router.chosen, seed: modules.seed, ...testOptions(at) } as const
  const evaluation = builder.add({
    ...optionsFor(
      "write",
      picks ? { what: "picked", ...own } : { what: "routed", backbone: stream.backbone, answers, ...own },
    ),
    label: labelOf(at, picks ? "answers picked by" : "answers under", false),
    inputs: {
      fit: fitted,
      modules: modules.at(at.stage).modules,
      ...(picks ? { written: modules.at(at.stage).encoded } : {}),
      ...testInputs(at),
    },
    code: codeOf(at),
    seconds: picks ? seconds.evaluate : (seconds.write * (stage + 1)) / 4,
    bytes: 3e5,
  })
  return { stage, evaluation, fits: [fitted], charged: charged(at, [fitted]) }
}

/** The network runs under all modules, weighed by the gates. */
export const compose = (at: RouterStage, fitted: string): Evaluated => {
  const { builder, stream, modules, head, stage } = at
  const encoded = encode(at, fitted, "test")
  const apart = head === "refit" && !trainsHeads(at) ? refit(at, fitted) : undefined
  const heads = apart?.head ?? (head === "refit" ? fitted : undefined)
  const evaluation = builder.add({
    ...optionsFor("evaluate", { how: "composes", stage, seed: modules.seed }),
    label: labelOf(at, "evaluate", true),
    inputs: {
      encoded,
      modules: modules.at(at.stage).modules,
      head: heads ? [heads] : [],
      features: readsFrozen(at) ? [stream.testFeatures] : [],
    },
    seconds: seconds.evaluate,
    bytes: 3e5,
  })
  const fits = apart ? [fitted, apart.head] : [fitted]
  return { stage, evaluation, fits, charged: charged(at, apart ? [...fits, apart.states] : fits) }
}

const encode = (at: RouterStage, fitted: string, on: "test" | "memory"): string => {
  const { builder, stream, modules, row, routing, stage } = at
  const keepGates = row.keepGates && routing.granularity === "token" && on === "test"
  return builder.add({
    ...optionsFor("encode", {
      what: "routed",
      backbone: stream.backbone,
      router: row.router.chosen,
      stage,
      on,
      seed: modules.seed,
      ...(keepGates ? { keepGates } : {}),
      ...(on === "test" ? testOptions(at) : {}),
    }),
    label: labelOf(at, on === "test" ? "test set under" : "memory under", trainsHeads(at)),
    inputs: {
      fit: fitted,
      modules: modules.at(at.stage).modules,
      ...(on === "test" ? testInputs(at) : memoryInputs(at)),
    },
    code: codeOf(at),
    seconds: on === "test" ? (seconds.encode * (stage + 1)) / 4 : 0.5,
    bytes: 2e6,
  })
}

/** Heads that are refitted on the states of the memory, after a router without training. */
const refit = (at: RouterStage, fitted: string): { readonly head: string; readonly states: string } => {
  const { builder, stream, modules, row } = at
  const states = encode(at, fitted, "memory")
  const head = builder.add({
    ...optionsFor("head", { fitting: fittingOf(at), seed: modules.seed, name: row.router.plugin.name }),
    label: labelOf(at, "refit heads under", false),
    inputs: {
      encoded: states,
      modules: modules.at(at.stage).modules,
      tokens: seen(at, stream.tokens),
      memories: memoryAt(at),
    },
    seconds: seconds.head,
    bytes: 3e4,
  })
  return { head, states }
}

/** Fitting reads frozen features of the training texts. */
const readsFeatures = (at: RouterStage): boolean =>
  readsFrozen(at) && (at.row.router.plugin.statistics !== undefined || isTrained(at))

/** Steps whose processor time the row pays: its own, and the features that fitting or its memory reads, in full. */
const charged = (at: RouterStage, own: readonly string[]): readonly string[] => [
  ...new Set([
    ...own,
    ...(readsFeatures(at) ? seen(at, at.stream.trainFeatures) : []),
    ...(usesMemory(at) ? at.row.memory.takes(at.stage) : []),
    ...(at.row.router.plugin.alone ? aloneFits(at) : []),
    ...informationAt(at),
    ...(unitFeatures(at) ?? []),
  ]),
]
