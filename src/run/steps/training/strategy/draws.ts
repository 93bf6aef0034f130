/** Which remembered texts join a batch: for each draw some of them, without repetition, every set equally likely. */
import { type RandomStream, type Replay, randomStream } from "../../../../plugin/index.ts"
import type { SharedOptions } from "./shared_options.ts"
import type { StageTexts } from "./texts.ts"

/** Places among the texts of the stage, of all draws at the batch or update `at`: it depends on that number and the seed alone. */
export const drawsAt = (
  { newest, remembered, draws }: Pick<StageTexts, "newest" | "remembered" | "draws">,
  { every = 1 }: Replay,
  { seed, name, stage, replayed = 0 }: Pick<SharedOptions, "seed" | "name" | "stage" | "replayed">,
): ((at: number) => Int32Array) => {
  const memory = Array.from({ length: remembered }, (_, i) => i)
  const drawn = (random: RandomStream) => random.shuffle(memory).slice(0, replayed)
  return (at) =>
    Int32Array.from(
      (at + 1) % every === 0
        ? Array.from({ length: draws }, (_, d) =>
            drawn(randomStream(seed, "replay", name, stage, at, d)).map((i) => newest + d * remembered + i),
          ).flat()
        : [],
    )
}

/** The draw to which a text of the stage belongs; -1: to none, it is of the newest task. */
export const drawOf = (item: number, { newest, remembered }: Pick<StageTexts, "newest" | "remembered">): number =>
  item < newest ? -1 : Math.floor((item - newest) / remembered)
