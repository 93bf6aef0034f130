/** A stream of token ids, made into artifacts by the steps themselves; rows over it, and their scores. */
import type { Cell } from "../../../src/learning/results.ts"
import type { Artifact } from "../../../src/plan/step.ts"
import type { Router } from "../../../src/plugin/index.ts"
import { storedTexts } from "../../../src/run/steps/given.ts"
import { type Bench, backbone, perform } from "../../../src/testing/work.ts"

export interface LabelledIds {
  readonly ids: readonly number[]
  readonly label: number
}

export interface SmallTask {
  readonly classes: number
  readonly train: readonly LabelledIds[]
  readonly test: readonly LabelledIds[]
}

export interface SmallStream {
  readonly tokens: readonly Artifact[]
  readonly memories: readonly Artifact[]
  readonly features: readonly Artifact[]
  readonly blind: Artifact
  readonly truth: Artifact
  readonly testFeatures: Artifact
}

const names = (n: number, what: string): readonly string[] => Array.from({ length: n }, (_, i) => `${what} ${i}`)

export const smallStream = async (
  bench: Bench,
  tasks: readonly SmallTask[],
  perClass: number,
  seed = 1,
): Promise<SmallStream> => {
  const texts = (split: string, all: readonly LabelledIds[]) =>
    storedTexts(
      split,
      all.map(({ ids }) => Int32Array.from(ids)),
    )
  const labels = (all: readonly LabelledIds[]) => ({
    shape: [all.length],
    data: Int32Array.from(all, ({ label }) => label),
  })
  const tokens = tasks.map(
    ({ classes, train, test }, t): Artifact => ({
      json: { task: `task ${t}`, labels: names(classes, "class") },
      arrays: {
        ...texts("train", train),
        ...texts("validation", []),
        ...texts("test", test),
        "train/labels": labels(train),
        "validation/labels": labels([]),
      },
    }),
  )
  const dataset = tasks.map(
    ({ classes, test }, t): Artifact => ({
      json: {
        name: `task ${t}`,
        labels: names(classes, "class"),
        train: [],
        validation: [],
        test: test.map(({ ids, label }) => ({ text: ids.join(" "), label: `class ${label}` })),
      },
      arrays: {},
    }),
  )
  const blind = await perform(bench, "blind", {}, { tokens })
  return {
    tokens,
    memories: await Promise.all(
      tokens.map((one, t) =>
        perform(
          bench,
          "memory",
          { memory: { plugin: "random", options: { per_class: perClass } }, task: `task ${t}`, seed },
          { tokens: one },
        ),
      ),
    ),
    features: await Promise.all(
      tokens.map((texts) => perform(bench, "features", { backbone, split: "train" }, { texts })),
    ),
    blind,
    truth: await perform(bench, "truth", {}, { dataset }),
    testFeatures: await perform(bench, "features", { backbone, split: "test" }, { texts: blind }),
  }
}

export interface Chosen {
  readonly plugin: string
  readonly options: unknown
}

export interface Fitting {
  readonly epochs: number
  readonly batch: number
  readonly learning_rate: number
  readonly head_learning_rate: number
}

const upTo =
  (stage: number) =>
  <A>(all: readonly A[]): readonly A[] =>
    all.slice(0, stage + 1)

export const fitRouter = (
  bench: Bench,
  stream: SmallStream,
  modules: readonly Artifact[],
  router: Chosen,
  stage: number,
  fitting: Fitting,
  seed = 1,
): Promise<Artifact> => {
  const seen = upTo(stage)
  return perform(
    bench,
    "fit",
    { backbone, router, name: router.plugin, head: "kept", fitting, seed },
    {
      modules: seen(modules),
      tokens: seen(stream.tokens),
      memories: seen(stream.memories),
      features: seen(stream.features),
      previous: [],
    },
  )
}

/** Logits and gates of a row at a stage. */
export const evaluateRouter = async (
  bench: Bench,
  stream: SmallStream,
  modules: readonly Artifact[],
  router: Router,
  chosen: Chosen,
  fit: Artifact,
  stage: number,
): Promise<Artifact> => {
  const { query, aggregate } = router.routing(chosen.options)
  const { blind, truth } = stream
  const seen = upTo(stage)(modules)
  const given = {
    fit,
    modules: seen,
    blind,
    ...(query.startsWith("frozen") ? { features: stream.testFeatures } : {}),
    ...(query === "task" ? { truth } : {}),
  }
  if (aggregate === "select") {
    const encoded = await Promise.all(
      seen.map((module) => perform(bench, "encode", { what: "module", backbone, seed: 1 }, { module, blind })),
    )
    return perform(bench, "evaluate", { how: "selects", router: chosen, stage, seed: 1 }, { ...given, encoded })
  }
  const encoded = await perform(
    bench,
    "encode",
    { what: "routed", backbone, router: chosen, stage, on: "test", seed: 1 },
    given,
  )
  return perform(
    bench,
    "evaluate",
    { how: "composes", stage, seed: 1 },
    { encoded, modules: seen, head: [], features: [] },
  )
}

/** The scores of rows by their evaluations at each stage. */
export const scoreRows = async (
  bench: Bench,
  { blind, truth }: SmallStream,
  rows: readonly {
    readonly name: string
    readonly how: "selects" | "composes"
    readonly knowsTask?: boolean
    readonly evaluations: ReadonlyMap<number, Artifact>
  }[],
): Promise<Cell> => {
  const all = rows.flatMap(({ evaluations }) => [...evaluations.values()])
  const plans = rows.map(({ name, how, knowsTask = false, evaluations }) => ({
    name,
    plugin: name,
    how,
    knowsTask,
    head: "kept",
    source: "none",
    kind: "router",
    seed: 1,
    stepKeys: [],
    fits: [],
    granularity: "example",
    stages: [...evaluations].map(([index, evaluation]) => ({ index, evaluation: all.indexOf(evaluation) })),
  }))
  const { json } = await perform(
    bench,
    "scores",
    { experiment: "small", adapter: "lora", order: "written", rows: plans, keepGates: true },
    { evaluations: all, fits: [], blind, truth, single: [] },
  )
  return json as unknown as Cell
}
