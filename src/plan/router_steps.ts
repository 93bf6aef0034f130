/** The steps of a router at a stage: fitted, then the test set is evaluated under what it selects or composes. */
import type { Answers } from "../../dsl/spec.ts"
import { seconds } from "./estimates.ts"
import {
  codeOf,
  fittingOf,
  isTrained,
  labelOf,
  memoryAt,
  memoryInputs,
  type RouterStage,
  readsFrozen,
  seen,
  testInputs,
  usesMemory,
} from "./router_stage.ts"
import type { Evaluated } from "./row.ts"
import { optionsFor } from "./step_options.ts"

/** Constants and trained parameters. What is not trained is the same for both head policies. */
export const fit = (at: RouterStage, previous: string | undefined): string => {
  const { builder, stream, modules, row, stage } = at
  const { plugin, chosen } = row.router
  const trained = isTrained(at)
  const remembers = trained || plugin.statisticsFrom?.(chosen.options) === "memory"
  const reads = readsFeatures(at)
  const router = { backbone: stream.backbone, router: chosen, name: plugin.name }
  return builder.add({
    ...optionsFor(
      "fit",
      trained ? { ...router, head: at.head, fitting: fittingOf(at), seed: modules.seed } : { ...router, head: "kept" },
    ),
    label: labelOf(at, "fit", trained && at.head !== "none"),
    inputs: {
      modules: seen(at, modules.modules),
      ...(remembers || reads ? { tokens: seen(at, stream.tokens) } : {}),
      ...(remembers ? { memories: memoryAt(at) } : {}),
      ...(reads ? { features: seen(at, stream.trainFeatures) } : {}),
      previous: previous ? [previous] : [],
    },
    code: codeOf(at),
    seconds: trained ? (seconds.fit * (stage + 1)) / 3 : seconds.mixed,
    bytes: 5e4,
  })
}

/** Every module has seen the test set alone; the router only picks. */
export const select = (at: RouterStage, fitted: string): Evaluated => {
  const { builder, modules, row, stage } = at
  const evaluation = builder.add({
    ...optionsFor("evaluate", { how: "selects", router: row.router.chosen, stage, seed: modules.seed }),
    label: labelOf(at, "evaluate", isTrained(at)),
    inputs: {
      fit: fitted,
      modules: seen(at, modules.modules),
      encoded: seen(at, modules.encoded),
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
  const own = { stage, router: row.router.chosen, seed: modules.seed } as const
  const evaluation = builder.add({
    ...optionsFor(
      "write",
      picks ? { what: "picked", ...own } : { what: "routed", backbone: stream.backbone, answers, ...own },
    ),
    label: labelOf(at, picks ? "answers picked by" : "answers under", false),
    inputs: {
      fit: fitted,
      modules: seen(at, modules.modules),
      ...(picks ? { written: seen(at, modules.encoded) } : {}),
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
  const apart = head === "refit" && !isTrained(at) ? refit(at, fitted) : undefined
  const heads = apart?.head ?? (head === "refit" ? fitted : undefined)
  const evaluation = builder.add({
    ...optionsFor("evaluate", { how: "composes", stage, seed: modules.seed }),
    label: labelOf(at, "evaluate", true),
    inputs: {
      encoded,
      modules: seen(at, modules.modules),
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
    }),
    label: labelOf(at, on === "test" ? "test set under" : "memory under", isTrained(at)),
    inputs: {
      fit: fitted,
      modules: seen(at, modules.modules),
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
      modules: seen(at, modules.modules),
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
  at.row.router.plugin.statistics !== undefined || (isTrained(at) && readsFrozen(at))

/** Steps whose processor time the row pays: its own, and the features that fitting or its memory reads, in full. */
const charged = (at: RouterStage, own: readonly string[]): readonly string[] => [
  ...new Set([
    ...own,
    ...(readsFeatures(at) ? seen(at, at.stream.trainFeatures) : []),
    ...(usesMemory(at) ? at.row.memory.reads(at.stage) : []),
  ]),
]
