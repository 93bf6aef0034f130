/** A router on a toy stream by the steps of a run: fitted, then evaluated on the mixed test set. */
import type { Artifact, StoredArray } from "../plan/step.ts"
import type { Router } from "../plugin/index.ts"
import type { ToyStream } from "./toy_stream.ts"
import { type Bench, backbone, perform } from "./work.ts"

export interface Setting {
  readonly router: Router
  readonly options: unknown
}

/** Few epochs on the whole memory at once, so that the order of its examples does not matter. */
const fitting = { epochs: 6, batch: 1000, learning_rate: 0.3, head_learning_rate: 0.1 }

export const fitted = (
  bench: Bench,
  { router, options }: Setting,
  stream: ToyStream,
  head: "kept" | "refit" = "kept",
): Promise<Artifact> =>
  perform(
    bench,
    "fit",
    { backbone, router: { plugin: router.name, options }, name: router.name, head, fitting, seed: 1 },
    { ...stream, previous: [] },
  )

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
