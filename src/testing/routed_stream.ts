/** A router on a toy stream by the steps of a run: fitted, then evaluated on the mixed test set. */

import type { Fitting } from "../plan/options/step_options.ts"
import type { Artifact, StoredArray } from "../plan/step.ts"
import type { Router } from "../plugin/index.ts"
import { informationOf } from "./fisher.ts"
import type { ToyStream } from "./toy_stream.ts"
import { type Bench, backbone, perform } from "./work.ts"

export interface Setting {
  readonly router: Router
  readonly options: unknown
}

/** Few epochs on the whole memory at once, so that the order of its examples does not matter. */
const WHOLE: Fitting = { epochs: 3, batch: 1000, learning_rate: 0.3, head_learning_rate: 0.1 }

/** Fitted at the last stage; where a fit goes on from stage to stage, at all of them. */
export const fitted = async (
  bench: Bench,
  setting: Setting,
  stream: ToyStream,
  head: "kept" | "refit" = "kept",
  fitting: Fitting = WHOLE,
): Promise<Artifact> => {
  const continues = setting.router.fit?.(setting.options).continues === true
  const stages = await fittedFrom(bench, setting, stream, continues ? 0 : stream.modules.length - 1, head, fitting)
  return stages[stages.length - 1]
}

const fits = new WeakMap<ToyStream, Map<Router, Map<string, Promise<Artifact>>>>()

/** The same, made once for all checks of a setting on a stream. */
export const fittedOnce = (bench: Bench, setting: Setting, stream: ToyStream): Promise<Artifact> => {
  const routers = fits.get(stream) ?? new Map<Router, Map<string, Promise<Artifact>>>()
  const settings = routers.get(setting.router) ?? new Map<string, Promise<Artifact>>()
  fits.set(stream, routers.set(setting.router, settings))
  const options = JSON.stringify(setting.options)
  const fit = settings.get(options) ?? fitted(bench, setting, stream)
  settings.set(options, fit)
  return fit
}

/** At each stage from some one on, each from the one before. */
export const fittedFrom = async (
  bench: Bench,
  setting: Setting,
  stream: ToyStream,
  first: number,
  head: "kept" | "refit" = "kept",
  fitting: Fitting = WHOLE,
): Promise<readonly Artifact[]> => {
  const stages: Artifact[] = []
  for (let stage = first; stage < stream.modules.length; stage++)
    stages.push(await fittedAt(bench, setting, stream, head, fitting, stage, stages.slice(-1)))
  return stages
}

const fittedAt = async (
  bench: Bench,
  { router, options }: Setting,
  stream: ToyStream,
  head: "kept" | "refit",
  fitting: Fitting,
  stage: number,
  previous: readonly Artifact[],
): Promise<Artifact> => {
  const chosen = { backbone, router: { plugin: router.name, options }, name: router.name, fitting, seed: 1 }
  const seen = <A>(all: readonly A[]): readonly A[] => all.slice(0, stage + 1)
  const [modules, tokens, memories, features] = [
    seen(stream.modules),
    seen(stream.tokens),
    seen(stream.memories),
    seen(stream.features),
  ]
  const alone = router.alone
    ? await Promise.all(
        modules.map((module, t) =>
          perform(
            bench,
            "fit",
            { ...chosen, alone: true },
            { modules: [module], tokens: [tokens[t]], features: [features[t]] },
          ),
        ),
      )
    : []
  const fisher = await informationOf(bench, router.fisher?.(options), modules, tokens)
  const unitFeatures = await unitFeaturesFor(bench, { router, options }, tokens, memories)
  return perform(
    bench,
    "fit",
    { ...chosen, head },
    { modules, tokens, memories, features, unitFeatures, alone, fisher, previous },
  )
}

const unitFeaturesFor = async (
  bench: Bench,
  { router, options }: Setting,
  tokens: readonly Artifact[],
  memories: readonly Artifact[],
): Promise<readonly Artifact[]> => {
  const { query, level } = router.routing(options)
  if (!router.statistics || (query !== "block" && query !== "site")) return []
  const pooled = router.pooled?.(options) ?? "mean"
  const roles = [...new Set(bench.network.checkpoint.sites.map(({ role }) => role))]
  const remembers = router.statisticsFrom?.(options) === "memory"
  return Promise.all(
    tokens.map((texts, t) =>
      perform(
        bench,
        "features",
        { backbone, split: "train", units: { query, level, pooled, roles, place: 0 } },
        { texts, memories: remembers ? [memories[t]] : [] },
      ),
    ),
  )
}

export interface Evaluation {
  readonly logits: StoredArray
  /** Gates by unit, [texts, modules]. */
  readonly gates: Readonly<Record<string, StoredArray>>
  /** The class of each text: of the chosen module's own head, or the largest of all. */
  readonly predicted: Int32Array
  /** Distance between the best score and the next. */
  readonly margin: Float64Array
}

/** How a fitted router routes and classifies a mixed test set. */
export const evaluated = async (
  bench: Bench,
  { router, options }: Setting,
  stream: ToyStream,
  fit: Artifact,
): Promise<Evaluation> => {
  const chosen = { plugin: router.name, options }
  const { query, aggregate } = router.routing(options)
  const { modules, blind } = stream
  const stage = modules.length - 1
  const given = {
    fit,
    modules,
    blind,
    ...(query.startsWith("frozen") ? { features: stream.testFeatures } : {}),
    ...(query === "task" ? { truth: stream.truth } : {}),
  }
  const evaluation =
    aggregate === "select"
      ? await perform(
          bench,
          "evaluate",
          { how: "selects", router: chosen, stage, seed: 1 },
          {
            ...given,
            encoded: await Promise.all(
              modules.map((module) =>
                perform(bench, "encode", { what: "module", backbone, seed: 1 }, { module, blind }),
              ),
            ),
          },
        )
      : await perform(
          bench,
          "evaluate",
          { how: "composes", stage, seed: 1 },
          {
            encoded: await perform(
              bench,
              "encode",
              { what: "routed", backbone, router: chosen, stage, on: "test", seed: 1 },
              given,
            ),
            modules,
            head: [],
            features: [],
          },
        )
  const { logits } = evaluation.arrays
  const gates = Object.fromEntries(
    Object.entries(evaluation.arrays).flatMap(([name, array]) =>
      name.startsWith("gates/") ? [[name.slice("gates/".length), array]] : [],
    ),
  )
  const choice = evaluation.arrays.chosen?.data
  const classes = logits.shape[1] / modules.length
  const rows = Array.from({ length: logits.shape[0] }, (_, i) => {
    const row = Array.from(
      logits.data.subarray(i * logits.shape[1], (i + 1) * logits.shape[1]) as Float32Array,
      (score, c) => ({ score, c }),
    )
    return row
      .filter(({ c }) => choice === undefined || Math.floor(c / classes) === choice[i])
      .sort((a, b) => b.score - a.score || a.c - b.c)
  })
  return {
    logits,
    gates,
    predicted: Int32Array.from(rows, ([first]) => first.c),
    margin: Float64Array.from(rows, ([first, second]) => first.score - (second?.score ?? -Infinity)),
  }
}

/** Only some of the test texts, in another order. */
export const rowsOf = ({ shape, data }: StoredArray, rows: readonly number[]): StoredArray => {
  const width = data.length / shape[0]
  return {
    shape: [rows.length, ...shape.slice(1)],
    data: Float32Array.from(
      rows.flatMap((row) => Array.from(data.subarray(row * width, (row + 1) * width) as Float32Array)),
    ),
  }
}
