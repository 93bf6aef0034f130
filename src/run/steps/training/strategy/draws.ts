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

/** What a text of the stage is in a step: of the newest task, of a draw, a sample that is to be written, or made of another. */
export type ItemKind = "newest" | "sample" | `draw ${number}` | `variant ${number}`

type Counts = Pick<StageTexts, "newest" | "remembered" | "draws" | "samples" | "variants">

export const kindOf = (item: number, { newest, remembered, draws, samples }: Counts): ItemKind => {
  const [examples, once] = [newest + draws * remembered, newest + remembered]
  if (item < newest) return "newest"
  if (item < examples) return `draw ${Math.floor((item - newest) / remembered)}`
  const beside = item - examples
  if (samples && beside < once) return "sample"
  return `variant ${Math.floor(beside / once) - (samples ? 1 : 0)}`
}

/** The place of an example among the texts that are newest or remembered, each once. */
export const onceOf = (item: number, { newest, remembered }: Pick<Counts, "newest" | "remembered">): number =>
  item < newest ? item : newest + ((item - newest) % remembered)

/** Examples of a step, with the same as samples that are to be written, and with what is made of them, each once. */
export const withBeside = (examples: Int32Array, counts: Counts): Int32Array => {
  const { newest, remembered, draws, samples, variants } = counts
  const kinds = (samples ? 1 : 0) + variants
  if (kinds === 0) return examples
  const places = [...new Set(Array.from(examples, (item) => onceOf(item, counts)))]
  const beside = Array.from({ length: kinds }, (_, k) => {
    const from = newest + draws * remembered + k * (newest + remembered)
    return places.map((place) => from + place)
  })
  return Int32Array.of(...examples, ...beside.flat())
}
