/**
 * The diagonal of the Fisher information of parameters theta on some texts (Matena and Raffel 2022, arXiv 2111.09832):
 *   F = mean over texts x of  sum_y p(y|x) (d log p(y|x) / d theta)^2     `expected`
 *       mean over texts x of  (d log p(y*|x) / d theta)^2                 `given`: y* is the label of x
 * Gradients are squared text by text, so each text runs alone. Where texts are answered in words, log p is the mean
 * log-likelihood of the given answer's tokens.
 */
import type { Feeds } from "../../../model/batch.ts"
import { parameterFeeds } from "../../../model/differentiate.ts"
import { withGradients } from "../../../model/gradients.ts"
import { exact, type FisherOptions, type RandomStream } from "../../../plugin/index.ts"
import type { Work } from "../../work.ts"
import type { Objective } from "../training/objective.ts"

export interface Informed extends FisherOptions {
  /** Minus the log-likelihood of a text, and all texts. */
  readonly objective: Objective
  readonly names: readonly string[]
  /** Of everything that the loss reads. */
  readonly values: ReadonlyMap<string, Float32Array>
  /** None where texts are answered in words. */
  readonly classes: number
  /** Draws the texts. */
  readonly order: RandomStream
}

/** By parameter, and how many texts it was found on. */
export const fisherDiagonal = async (
  work: Work,
  { objective, names, values, classes, order, examples, labels }: Informed,
): Promise<{ readonly diagonal: ReadonlyMap<string, Float32Array>; readonly texts: number }> => {
  const program = withGradients(objective.loss, names)
  const parameters = parameterFeeds(program, values)
  const sums = new Map(names.map((name) => [name, new Float64Array(values.get(name)!.length)]))
  const session = await (await work.engine()).compile(program)
  const texts = order.shuffle(Array.from({ length: objective.examples }, (_, i) => i)).slice(0, examples)
  try {
    for (const [done, text] of texts.entries()) {
      const one = Int32Array.of(text)
      for (const feeds of outcomes(objective.feeds(one, one), labels, classes)) {
        const outputs = await session.run({ ...feeds, ...parameters })
        const share = labels === "given" || classes === 0 ? 1 : exact.exponential(-Number(outputs.loss.data[0]))
        for (const [name, sum] of sums)
          (outputs[`gradient/${name}`].data as Float32Array).forEach((slope, k) => {
            sum[k] += (share * slope * slope) / texts.length
          })
      }
      work.progress((done + 1) / texts.length, `text ${done + 1}/${texts.length}`)
    }
  } finally {
    await session.release()
  }
  return {
    diagonal: new Map([...sums].map(([name, sum]) => [name, Float32Array.from(sum)])),
    texts: texts.length,
  }
}

/** One text with its own label, or with each label that it might have. */
const outcomes = (feeds: Feeds, labels: FisherOptions["labels"], classes: number): readonly Feeds[] =>
  labels === "given" || classes === 0
    ? [feeds]
    : Array.from({ length: classes }, (_, c) => ({ ...feeds, labels: { shape: [1], data: Int32Array.of(c) } }))
