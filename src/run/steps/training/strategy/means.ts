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

/**
 * Of which examples a mean is: "examples" are all but samples and variants, "rehearsed" these where a draw is among them, "task" those
 * of a draw that are of an earlier task.
 */
type Which = ItemKind | "examples" | "rehearsed" | `task ${number}`

const isOf = (which: Which, kind: ItemKind, task: number): boolean => {
  if (which.startsWith("task")) return kind.startsWith("draw") && which === `task ${task}`
  return which === "examples" || which === "rehearsed" ? kind === "newest" || kind.startsWith("draw") : which === kind
}

/** Of examples, or of the tokens of answers. */
const shareOf = (which: Which, each: "examples" | "tokens"): string =>
  `share/${which}${each === "tokens" ? "/tokens" : ""}`

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

/** Over the drawn examples of each earlier task. */
export const earlierMeans = ({ draws }: Pick<StageTexts, "draws">, stage: number): readonly Mean[] =>
  Array.from({ length: draws > 0 ? stage : 0 }, (_, t) => over(`task ${t}`))

const overAll: Mean = (x) => (checked(x).rows ? overExamples(x) : mean(x))

/** Of values of examples, or of the tokens of answers, which have no rows. */
const over =
  (which: Which): Mean =>
  (x) => {
    const share = shareOf(which, checked(x).rows ? "examples" : "tokens")
    const weighed = mul(x, input(share, x.shape, "float", x.rows))
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
  const earlier = texts.columns.map((_, t): Which => `task ${t}`)
  const isRehearsed = whole.some((item) => kindOf(item, texts).startsWith("draw"))
  const all: readonly Which[] = ["newest", "examples", "rehearsed", "sample", ...draws, ...earlier, ...variants]
  for (const [which, each] of all.flatMap((one) => [[one, "examples"] as const, [one, "tokens"] as const])) {
    if (!read.has(shareOf(which, each))) continue
    const weight = (item: number) => (each === "tokens" ? (texts.answers[item]?.length ?? 1) : 1)
    const isMeant = (item: number) =>
      (which !== "rehearsed" || isRehearsed) && isOf(which, kindOf(item, texts), texts.task[item])
    const total = (items: Int32Array) => items.reduce((n, item) => n + (isMeant(item) ? weight(item) : 0), 0)
    const share = whole.length / part.length / Math.max(1, total(whole))
    const data = Array.from(part, (item) => new Array(weight(item)).fill(isMeant(item) ? share : 0)).flat()
    feeds[shareOf(which, each)] = { shape: [data.length], data: Float32Array.from(data) }
  }
  return feeds
}
