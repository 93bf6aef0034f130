/**
 * Causal language modelling (Radford et al. 2018): the loss of the tokens that count, each given those before it,
 *   -1/n sum_t log p(x_t | x_<t).
 * Scores over the vocabulary are computed for these n tokens alone.
 */
import type { Adapter, TokenIds } from "../plugin/index.ts"
import {
  crossEntropies,
  gather,
  input,
  type Layout,
  mean,
  nameOf,
  type Program,
  program,
  promptedLayout,
  type Tensor,
  withRows,
} from "../tensor/index.ts"
import { type Feeds, packed } from "./batch.ts"
import { encoder, type Network, type Participant, type Trained, weightOf } from "./encoder.ts"
import { withGradients } from "./gradients.ts"
import { trainable } from "./single.ts"

/** The label of a token that does not count. */
export const IGNORED = -100

/** How the loss of answers is traced. */
export interface Losing {
  /** What of the backbone's own weights is a parameter. */
  readonly trained?: Trained
  /** That of the texts, where a participant knows it too. */
  readonly layout?: Layout
  /** Share of each token that is spread evenly over the vocabulary. */
  readonly smoothing?: number
}

/**
 * One number; reads the feeds of `answerFeeds`. What pools the tokens of a text, such as the gates of an example, reads
 * those of the prompt: the tokens before the first that counts, which are all that is there when the rest is generated.
 */
export const causalLoss = (network: Network, participant: Participant = {}, losing: Losing = {}): Tensor =>
  mean(causalLosses(network, participant, losing))

/** Scores of the tokens that count, and these tokens. */
export interface AnswerScores {
  /** [answers, vocabulary] */
  readonly scores: Tensor
  /** int, [answers] */
  readonly tokens: Tensor
}

/** The loss of each token that counts, [answers]. */
export const causalLosses = (network: Network, participant: Participant, losing: Losing): Tensor => {
  const { scores, tokens } = causalScores(network, participant, losing)
  return crossEntropies(scores, tokens, losing.smoothing ?? 0)
}

export const causalScores = (
  network: Network,
  participant: Participant,
  { trained = false, layout = promptedLayout() }: Losing,
): AnswerScores => {
  if (network.backbone.decode)
    throw new Error(
      `the backbone ${network.backbone.name} reads a text as a whole and writes answers: train it on pairs of both`,
    )
  const { hidden } = encoder(network, participant, trained, layout)
  const before = gather(withRows(hidden, undefined), input("before", ["answers"], "int"))
  return { scores: nextTokenScores(network, before, trained), tokens: input("answers", ["answers"], "int") }
}

/** Scores of the next token: [.., width] -> [.., vocabulary]. */
export const nextTokenScores = (
  { backbone, checkpoint }: Network,
  hidden: Tensor,
  trained: Trained = false,
): Tensor => {
  if (!backbone.nextToken) throw new Error(`the backbone ${backbone.name} does not predict a next token`)
  return backbone.nextToken({ weight: (name) => weightOf(checkpoint, name, trained) }, hidden, checkpoint)
}

/** A training step of an adapter: the loss, and the gradient of each of its parameters. */
export const causalStep = (network: Network, adapter: Adapter, options: unknown): Program => {
  const loss = causalLoss(network, trainable(adapter, options, network.checkpoint.sites, { training: true }))
  return withGradients(loss, program({ loss }).parameters.map(nameOf))
}

/** Feeds of a batch; `labels`: for each token the token itself where it counts, else IGNORED. No first token counts. */
export const answerFeeds = (texts: readonly TokenIds[], labels: readonly Int32Array[]): Feeds => {
  const before: number[] = []
  const answers: number[] = []
  const tokens = texts.reduce((sum, { length }) => sum + length, 0)
  const mean = new Float32Array(texts.length * tokens)
  const last = new Int32Array(texts.length)
  let row = 0
  texts.forEach((text, e) => {
    if (labels[e].length !== text.length)
      throw new RangeError(
        `text ${e} has ${text.length} tokens and ${labels[e].length} labels; give one for each token`,
      )
    for (let t = 1; t < text.length; t++)
      if (labels[e][t] !== IGNORED) {
        before.push(row + t - 1)
        answers.push(labels[e][t])
      }
    const first = labels[e].findIndex((label, t) => t > 0 && label !== IGNORED)
    const prompt = first < 0 ? text.length : first
    mean.fill(1 / prompt, e * tokens + row, e * tokens + row + prompt)
    last[e] = row + prompt - 1
    row += text.length
  })
  if (answers.length === 0) throw new RangeError("no token of the batch counts; give labels that are not IGNORED")
  const ints = (values: readonly number[]) => ({ shape: [values.length], data: Int32Array.from(values) })
  return {
    ...packed(texts),
    "prompt/mean": { shape: [texts.length, tokens], data: mean },
    "prompt/last": { shape: [texts.length], data: last },
    before: ints(before),
    answers: ints(answers),
  }
}
