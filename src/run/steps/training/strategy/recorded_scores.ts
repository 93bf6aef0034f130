/** Scores of the next token that an earlier model has at each token of the answers of what is replayed. */
import { answerScores, pairFeeds } from "../../../../model/answers.ts"
import type { Feeds } from "../../../../model/batch.ts"
import { parameterFeeds } from "../../../../model/differentiate.ts"
import { program } from "../../../../plugin/index.ts"
import type { Work } from "../../../work.ts"
import type { Before } from "./recorded.ts"
import type { StageTexts } from "./texts.ts"

export interface RecordedScores {
  /** [answers, vocabulary] of a part, 0 at the tokens of other texts. */
  readonly feeds: (part: Int32Array) => Feeds
}

/** Texts that are read at once. */
const CHUNK = 8

/** Those of the model as it stands before the stage. */
export const recordedScores = async (
  work: Work,
  { net, participant, start, trained }: Before,
  { texts, answers, newest, remembered, draws }: StageTexts,
): Promise<RecordedScores> => {
  const { scores } = answerScores(net, participant, { trained })
  const vocabulary = scores.shape.at(-1) as number
  const forward = program({ scores })
  const parameters = parameterFeeds(
    forward,
    new Map([...start].map(([name, { data }]) => [name, data as Float32Array])),
  )
  const session = await (await work.engine()).compile(forward)
  const rows: Float32Array[] = []
  try {
    for (let from = newest; from < newest + remembered; from += CHUNK) {
      const some = answers.slice(from, Math.min(from + CHUNK, newest + remembered))
      const feeds = pairFeeds(net, texts.slice(from, from + some.length), some)
      const { data } = (await session.run({ ...feeds, ...parameters })).scores
      let at = 0
      for (const { length } of some) {
        rows.push((data as Float32Array).slice(at, at + length * vocabulary))
        at += length * vocabulary
      }
    }
  } finally {
    await session.release()
  }
  const isReplayed = (item: number) => item >= newest && item < newest + draws * remembered
  return {
    feeds: (part) => {
      const total = part.reduce((sum, item) => sum + answers[item].length, 0)
      const data = new Float32Array(total * vocabulary)
      let at = 0
      for (const item of part) {
        if (isReplayed(item)) data.set(rows[(item - newest) % remembered], at)
        at += answers[item].length * vocabulary
      }
      return { recorded: { shape: [total, vocabulary], data } }
    },
  }
}
