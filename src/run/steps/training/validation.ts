/** Which epoch of a module's training is best: the most right predictions, or the least loss of answers, on validation examples. */
import { answerLoss, pairFeeds } from "../../../model/answers.ts"
import { parameterFeeds } from "../../../model/differentiate.ts"
import { encoder, type Network, type Participant } from "../../../model/encoder.ts"
import { forwardAll } from "../../../model/evaluate.ts"
import { largest } from "../../../model/largest.ts"
import { type HostTensor, program } from "../../../plugin/index.ts"
import type { Work } from "../../work.ts"
import type { AnsweredTexts, LabelledTexts } from "../given.ts"
import { type BestEpoch, bestEpoch } from "./best_epoch.ts"
import { headOn } from "./objective.ts"

export const byRightPredictions = async (
  work: Work,
  net: Network,
  participant: Participant,
  { texts, labels }: LabelledTexts,
  start: ReadonlyMap<string, HostTensor>,
  values: Map<string, Float32Array>,
): Promise<BestEpoch> => {
  const evaluation = program({ logits: headOn(encoder(net, participant).features, start) })
  const session = await (await work.engine()).compile(evaluation)
  const right = async () => {
    const { logits } = await forwardAll({ session, texts, extra: () => parameterFeeds(evaluation, values) })
    return largest(logits).reduce((sum, c, i) => sum + (c === labels[i] ? 1 : 0), 0)
  }
  return bestEpoch(values, right, session.release)
}

/** Minus the mean over the tokens of all answers. */
export const byAnswers = async (
  work: Work,
  net: Network,
  participant: Participant,
  { texts, answers }: AnsweredTexts,
  values: Map<string, Float32Array>,
  batch: number,
): Promise<BestEpoch> => {
  const forward = program({ loss: answerLoss(net, participant, { smoothing: 0 }) })
  const session = await (await work.engine()).compile(forward)
  const measured = async () => {
    let [sum, tokens] = [0, 0]
    for (let from = 0; from < texts.length; from += batch) {
      const some = answers.slice(from, from + batch)
      const feeds = pairFeeds(net, texts.slice(from, from + batch), some)
      const found = await session.run({ ...feeds, ...parameterFeeds(forward, values) })
      const count = some.reduce((total, { length }) => total + length, 0)
      sum += Number(found.loss.data[0]) * count
      tokens += count
    }
    return -sum / tokens
  }
  return bestEpoch(values, measured, session.release)
}
