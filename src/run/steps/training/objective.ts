/** What the training of a module or of a shared model minimises, on which texts: a loss of classes or of written answers. */
import { answerLoss, pairFeeds } from "../../../model/answers.ts"
import { equallyLong, type Feeds } from "../../../model/batch.ts"
import { encoder, headLogits, type Network, type Participant } from "../../../model/encoder.ts"
import { textFeeds } from "../../../model/optimise.ts"
import { partsOf, tokensAtOnce } from "../../../model/parts.ts"
import { crossEntropy, type HostTensor, input, parameter, type Tensor } from "../../../plugin/index.ts"
import type { AnsweredTexts, LabelledTexts } from "../given.ts"

export interface Objective {
  readonly loss: Tensor
  /** How many texts. */
  readonly examples: number
  /** Of a part of a whole batch. */
  readonly feeds: (part: Int32Array, whole: Int32Array) => Feeds
  /** Batches have few shapes. */
  readonly fewShapes?: boolean
  /** Batches in parts, where the loss is a mean over examples. */
  readonly parts?: (values: ReadonlyMap<string, Float32Array>) => (batch: Int32Array) => readonly Int32Array[]
}

export interface Minimised {
  readonly smoothing: number
  /** The backbone's own weights are parameters. */
  readonly trained?: boolean
}

/** Logits [classes] of a head whose arrays have the shapes of `start`. */
export const headOn = (features: Tensor, start: ReadonlyMap<string, HostTensor>): Tensor =>
  headLogits(features, parameter("head/W", start.get("head/W")!.shape), parameter("head/b", start.get("head/b")!.shape))

/** The cross-entropy of the labels under a head. */
export const classifying = (
  net: Network,
  participant: Participant,
  { texts, labels }: LabelledTexts,
  start: ReadonlyMap<string, HostTensor>,
  { smoothing, trained = false }: Minimised,
): Objective => {
  const trace = encoder(net, participant, trained)
  const logits = headOn(trace.features, start)
  const targets = input("labels", ["examples"], "int", { of: "examples", layout: trace.layout })
  return {
    loss: crossEntropy(logits, targets, undefined, smoothing),
    examples: texts.length,
    feeds: (batch) => textFeeds(texts, labels, batch),
    fewShapes: equallyLong(texts),
    parts: (values) => {
      const atOnce = tokensAtOnce(net.checkpoint.sites, values)
      return (batch) => partsOf(texts, batch, atOnce)
    },
  }
}

/** The loss of the answers' tokens. */
export const answering = (
  net: Network,
  participant: Participant,
  { texts, answers }: AnsweredTexts,
  { smoothing, trained = false }: Minimised,
): Objective => ({
  loss: answerLoss(net, participant, { smoothing, trained }),
  examples: texts.length,
  fewShapes: equallyLong(texts) && equallyLong(answers),
  feeds: (batch) => {
    const of = <One>(all: readonly One[]) => Array.from(batch, (i) => all[i])
    return pairFeeds(net, of(texts), of(answers))
  },
})
