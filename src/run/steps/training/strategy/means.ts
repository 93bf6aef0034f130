/**
 * Means over some examples of a step, whose examples are computed together, and in parts: with n_k the examples of kind k in a
 * whole batch of n, in a part of m,
 *   mean_k x = sum_i s_ki x_i,   s_ki = (n / m) / n_k of an example i of kind k, else 0,
 * so that the mean of the parts, each weighed by m / n, is the mean over the whole. It is 0 where there is none of the kind.
 */
import type { Feeds } from "../../../../model/batch.ts"
import {
  input,
  type Mean,
  mean,
  mul,
  overExamples,
  sum,
  type Tensor,
  type TrainStep,
} from "../../../../plugin/index.ts"
import { StepError } from "../../../work.ts"
import { type ItemKind, kindOf } from "./draws.ts"
import type { StageTexts } from "./texts.ts"

/** Of which examples a mean is: "examples" are all but samples and variants, "rehearsed" these where a draw is among them. */
type Which = ItemKind | "examples" | "rehearsed"

const isOf = (which: Which, kind: ItemKind): boolean =>
  which === "examples" || which === "rehearsed" ? kind === "newest" || kind.startsWith("draw") : which === kind

const shareOf = (which: Which): string => `share/${which}`

export const means = (
  { draws: all, samples, variants }: Pick<StageTexts, "draws" | "samples" | "variants">,
  draws: number,
): Pick<TrainStep, "all" | "newest" | "replayed" | "rehearsed" | "variants" | "samples"> => ({
  all: samples || variants > 0 ? over("examples") : overAll,
  newest: all === 0 && !samples && variants === 0 ? overAll : over("newest"),
  rehearsed: over("rehearsed"),
  variants: Array.from({ length: variants }, (_, v) => over(`variant ${v}`)),
  replayed: Array.from({ length: draws }, (_, d) => over(`draw ${d}`)),
  samples: over("sample"),
})

const overAll: Mean = (x) => (checked(x).rows ? overExamples(x) : mean(x))

/** Of values of examples, or of the tokens of answers, which have no rows. */
const over =
  (which: Which): Mean =>
  (x) => {
    const weighed = mul(x, input(shareOf(which), checked(x).shape, "float", x.rows))
    return x.rows ? overExamples(weighed, "sum") : sum(weighed)
  }

const checked = (x: Tensor): Tensor => {
  if (x.shape.length === 1) return x
  throw new StepError(
    `a strategy takes the mean over examples of a tensor of the shape [${x.shape.join(", ")}]`,
    "give one number for each example: reduce its own axes first, for example with mean(x, -1)",
  )
}

/** Of those that are read. */
export const shares = (read: ReadonlySet<string>, texts: StageTexts, part: Int32Array, whole: Int32Array): Feeds => {
  const feeds: Feeds = {}
  const draws = Array.from({ length: texts.draws }, (_, d): Which => `draw ${d}`)
  const variants = Array.from({ length: texts.variants }, (_, v): Which => `variant ${v}`)
  const isRehearsed = whole.some((item) => kindOf(item, texts).startsWith("draw"))
  for (const which of ["newest", "examples", "rehearsed", "sample", ...draws, ...variants] as const) {
    if (!read.has(shareOf(which))) continue
    const weight = (item: number) => texts.answers[item]?.length ?? 1
    const isMeant = (item: number) => (which !== "rehearsed" || isRehearsed) && isOf(which, kindOf(item, texts))
    const total = (items: Int32Array) => items.reduce((n, item) => n + (isMeant(item) ? weight(item) : 0), 0)
    const share = whole.length / part.length / Math.max(1, total(whole))
    const data = Array.from(part, (item) => new Array(weight(item)).fill(isMeant(item) ? share : 0)).flat()
    feeds[shareOf(which)] = { shape: [data.length], data: Float32Array.from(data) }
  }
  return feeds
}
