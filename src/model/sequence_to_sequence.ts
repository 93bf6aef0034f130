/**
 * The loss of answers to texts (Sutskever et al. 2014), each token given the text and the answer's tokens before it,
 *   -1/n sum_t log p(a_t | x, a_<t);
 * while training these are the true ones.
 */
import type { Adapter, TokenIds } from "../plugin/index.ts"
import {
  crossEntropies,
  input,
  mean,
  nameOf,
  type Program,
  packedLayout,
  program,
  type Tensor,
  withRows,
} from "../tensor/index.ts"
import { type Feeds, packed } from "./batch.ts"
import { type AnswerScores, type Losing, nextTokenScores } from "./causal.ts"
import type { Network, Participant } from "./encoder.ts"
import { encoderDecoder, packedAnswers, startOf } from "./encoder_decoder.ts"
import { withGradients } from "./gradients.ts"
import { trainable } from "./single.ts"

/** One number, the mean over all tokens of the answers; reads the feeds of `translationFeeds`. */
export const sequenceLoss = (network: Network, participant: Participant = {}, losing: Losing = {}): Tensor =>
  mean(sequenceLosses(network, participant, losing))

/** The loss of each token of the answers, [tokens of answers]. */
export const sequenceLosses = (network: Network, participant: Participant, losing: Losing): Tensor => {
  const { scores, tokens } = sequenceScores(network, participant, losing)
  return crossEntropies(scores, tokens, losing.smoothing ?? 0)
}

export const sequenceScores = (
  network: Network,
  participant: Participant,
  { trained = false, layout = packedLayout() }: Losing,
): AnswerScores => {
  const { hidden } = encoderDecoder(network, participant, trained, layout)
  const scores = nextTokenScores(network, withRows(hidden, undefined), trained)
  return { scores, tokens: input("answers", [hidden.shape[0]], "int") }
}

/** A training step of an adapter: the loss, and the gradient of each of its parameters. */
export const sequenceStep = (network: Network, adapter: Adapter, options: unknown): Program => {
  const loss = sequenceLoss(network, trainable(adapter, options, network.checkpoint.sites, { training: true }))
  return withGradients(loss, program({ loss }).parameters.map(nameOf))
}

/** Feeds of a batch. The end token is part of an answer; the decoder reads it one place later, behind its first token. */
export const translationFeeds = (network: Network, texts: readonly TokenIds[], answers: readonly TokenIds[]): Feeds => {
  const start = startOf(network)
  const empty = answers.findIndex(({ length }) => length === 0)
  if (empty >= 0) throw new RangeError(`answer ${empty} has no token; give its end token at least`)
  const tokens = answers.reduce((sum, { length }) => sum + length, 0)
  const all = new Int32Array(tokens)
  let row = 0
  for (const answer of answers) {
    all.set(answer, row)
    row += answer.length
  }
  const shifted = answers.map((answer) => Int32Array.from(answer, (_, t) => (t === 0 ? start : answer[t - 1])))
  return { ...packed(texts), ...packedAnswers(shifted), answers: { shape: [tokens], data: all } }
}
