/**
 * A causal language model as a whole: what it is trained with, and what it says of texts. The loss is that of all tokens but
 * the first of a text, -mean log p(x_t | x_<t), and what the gates of its experts add (`expertLosses`).
 */
import { type Engine, type ExpertLosses, expertLosses, largestMask, type TokenIds } from "../plugin/index.ts"
import {
  add,
  input,
  logSoftmax,
  neg,
  packedLayout,
  pick,
  pool,
  program,
  scale,
  softmax,
  type Tensor,
  tokenRows,
  unsqueeze,
} from "../tensor/index.ts"
import { causalLoss, nextTokenScores } from "./causal.ts"
import { encoder, type Network, type Trained } from "./encoder.ts"
import { forwardAll } from "./evaluate.ts"
import { watchedExperts } from "./experts.ts"

/** One number; reads the feeds of `answerFeeds(texts, texts)`. */
export const languageLoss = (network: Network, trained: Trained, losses: ExpertLosses): Tensor => {
  const { participant, seen } = watchedExperts()
  const likelihood = causalLoss(network, participant, { trained, layout: packedLayout() })
  return seen.flatMap(({ scores, k }) => expertLosses(scores, k, losses)).reduce(add, likelihood)
}

/** What a model says of some texts. */
export interface Reading {
  /** By text: -log p of all its tokens but the first, added up, in nats; and how many these are. */
  readonly surprise: Float64Array
  readonly predicted: Int32Array
  /** By gate: the share of each expert in what a text's tokens chose, [texts, experts]; a token's k choices count 1/k each. */
  readonly chosen: readonly Float32Array[]
}

export const readTexts = async (
  engine: Engine,
  network: Network,
  texts: readonly TokenIds[],
  onProgress?: (done: number) => void,
): Promise<Reading> => {
  const { participant, seen } = watchedExperts()
  const { hidden, layout } = encoder(network, participant)
  const next = input("next", ["tokens"], "int", tokenRows(layout))
  const surprise = unsqueeze(neg(pick(logSoftmax(nextTokenScores(network, hidden)), next)), 1)
  const gates = seen.map(({ scores, k }, gate): [string, Tensor] => [
    `chosen/${gate}`,
    pool("mean", scale(largestMask(softmax(scores), k), 1 / k)),
  ])
  const session = await engine.compile(program({ surprise, ...Object.fromEntries(gates) }))
  try {
    const found = await forwardAll({
      session,
      texts,
      extra: (batch) => ({ next: following(Array.from(batch, (i) => texts[i])) }),
      perToken: new Set(["surprise"]),
      ...(onProgress ? { onProgress } : {}),
    })
    return {
      ...ofTexts(found.surprise.data as Float32Array, texts),
      chosen: gates.map(([name]) => found[name].data as Float32Array),
    }
  } finally {
    await session.release()
  }
}

/** The token after each one; after the last of a text there is none, and any stands for it. */
const following = (texts: readonly TokenIds[]) => {
  const data = Int32Array.from(texts.flatMap((text) => [...text.slice(1), text[0]]))
  return { shape: [data.length], data }
}

const ofTexts = (surprise: Float32Array, texts: readonly TokenIds[]): Pick<Reading, "surprise" | "predicted"> => {
  const sums = new Float64Array(texts.length)
  let row = 0
  texts.forEach((text, i) => {
    for (let t = 0; t < text.length - 1; t++) sums[i] += surprise[row + t]
    row += text.length
  })
  return { surprise: sums, predicted: Int32Array.from(texts, ({ length }) => length - 1) }
}
