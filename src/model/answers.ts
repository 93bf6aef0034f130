/**
 * Answers to texts, whatever writes them: an encoder-decoder answers what its encoder has read, a decoder goes on after a
 * prompt. The loss is that of the answers' tokens alone,  -1/n sum_t log p(a_t | x, a_<t).
 */
import type { TokenIds } from "../plugin/index.ts"
import { type Layout, mean, packedLayout, promptedLayout, type Tensor } from "../tensor/index.ts"
import type { Feeds } from "./batch.ts"
import { type AnswerScores, answerFeeds, causalLosses, causalScores, IGNORED, type Losing } from "./causal.ts"
import type { Network, Participant } from "./encoder.ts"
import { sequenceLosses, sequenceScores, translationFeeds } from "./sequence_to_sequence.ts"

/** The layout of the texts while answers are trained: what pools tokens reads those of the text that is answered. */
export const answeringLayout = ({ backbone }: Network): Layout => (backbone.decode ? packedLayout() : promptedLayout())

/** One number, the mean over all tokens of the answers; reads the feeds of `pairFeeds`. */
export const answerLoss = (network: Network, participant: Participant, losing: Losing = {}): Tensor =>
  mean(answerLosses(network, participant, losing))

/** That of each token of the answers, text by text. */
export const answerLosses = (network: Network, participant: Participant, losing: Losing = {}): Tensor =>
  (network.backbone.decode ? sequenceLosses : causalLosses)(network, participant, losing)

/** Scores of each token of the answers given those before it, and these tokens. */
export const answerScores = (network: Network, participant: Participant, losing: Losing = {}): AnswerScores =>
  (network.backbone.decode ? sequenceScores : causalScores)(network, participant, losing)

/** Feeds of a batch of texts and their answers, each with its end token. */
export const pairFeeds = (network: Network, texts: readonly TokenIds[], answers: readonly TokenIds[]): Feeds => {
  if (network.backbone.decode) return translationFeeds(network, texts, answers)
  const whole = texts.map((text, i) => Int32Array.of(...text, ...answers[i]))
  return answerFeeds(
    whole,
    whole.map((all, i) => all.map((token, t) => (t < texts[i].length ? IGNORED : token))),
  )
}
