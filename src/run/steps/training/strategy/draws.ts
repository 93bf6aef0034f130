/** Which remembered texts join a batch: for each draw some of them, without repetition, every set equally likely. */
import { type RandomStream, type Replay, randomStream } from "../../../../plugin/index.ts"
import type { SharedOptions } from "./shared_options.ts"
import type { StageTexts } from "./texts.ts"

/**
 * Places among the texts of the stage, of all draws at the batch or update `at`: it depends on that number and the seed alone, and on
 * `kept`, which says what is remembered by then; by default all that are.
 */
export const drawsAt = (
  { newest, remembered, draws }: Pick<StageTexts, "newest" | "remembered" | "draws">,
  { every = 1 }: Replay,
  { seed, name, stage, replayed = 0 }: Pick<SharedOptions, "seed" | "name" | "stage" | "replayed">,
  kept?: (at: number) => Int32Array,
): ((at: number) => Int32Array) => {
  const all = Int32Array.from({ length: remembered }, (_, i) => i)
  const drawn = (random: RandomStream, at: number) => random.shuffle([...(kept?.(at) ?? all)]).slice(0, replayed)
  return (at) =>
    Int32Array.from(
      (at + 1) % every === 0
        ? Array.from({ length: draws }, (_, d) =>
            drawn(randomStream(seed, "replay", name, stage, at, d), at).map((i) => newest + d * remembered + i),
          ).flat()
        : [],
    )
}

/** What a text of the stage is in a step: of the newest task, of a draw, or a sample that is to be written. */
export type ItemKind = "newest" | "sample" | `draw ${number}`

type Counts = Pick<StageTexts, "newest" | "remembered" | "draws">

export const kindOf = (item: number, { newest, remembered, draws }: Counts): ItemKind =>
  item < newest
    ? "newest"
    : item < newest + draws * remembered
      ? `draw ${Math.floor((item - newest) / remembered)}`
      : "sample"

/** The place of a text as a sample that is to be written. */
export const sampleOf = (item: number, { newest, remembered, draws }: Counts): number =>
  newest + draws * remembered + (item < newest ? item : newest + ((item - newest) % remembered))
