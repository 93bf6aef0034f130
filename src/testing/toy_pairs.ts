/** Texts with answers as ids of a small vocabulary: as what is read and answered, as samples that are to be written, and as what was written. */
import { SPECIAL } from "../model/tokenizer_file.ts"
import type { Artifact } from "../plan/step.ts"
import type { RandomStream, TokenIds } from "../plugin/index.ts"
import { storedTexts } from "../run/steps/given.ts"

export const TASKS = ["a", "b", "c"]
export const SEPARATOR = "x"
const WORDS = ["d", "e", "f", "g", "h"]
export const VOCABULARY = [...SPECIAL, ...TASKS, SEPARATOR, ...WORDS]
const id = (piece: string): number => VOCABULARY.indexOf(piece)
const END = id("[SEP]")

interface Pair {
  readonly text: TokenIds
  readonly answer: TokenIds
}

/** One to three words, and an answer of one or two. */
export const pairs = (count: number, from: RandomStream): readonly Pair[] => {
  const words = (most: number) =>
    Int32Array.from({ length: 1 + from.below(most) }, () => id(WORDS[from.below(WORDS.length)]))
  return Array.from({ length: count }, () => ({ text: words(3), answer: words(2) }))
}

const answered = (task: string, texts: readonly TokenIds[], answers: readonly TokenIds[]): Artifact => ({
  json: { task, labels: [task] },
  arrays: {
    ...storedTexts("train", texts),
    ...storedTexts("train/answers", answers),
    "train/labels": { shape: [texts.length], data: new Int32Array(texts.length) },
  },
})

const triggerOf = (task: string): TokenIds => Int32Array.of(id("[CLS]"), id(task))
const sampleOf = ({ text, answer }: Pair): TokenIds => Int32Array.of(...text, id(SEPARATOR), ...answer, END)

export const texts = (task: string, some: readonly Pair[]): Artifact =>
  answered(
    task,
    some.map(({ text }) => text),
    some.map(({ answer }) => Int32Array.of(...answer, END)),
  )

export const asSamples = (task: string, some: readonly Pair[]): Artifact =>
  answered(
    task,
    some.map(() => triggerOf(task)),
    some.map(sampleOf),
  )

export const written = (task: string, some: readonly Pair[]): Artifact => {
  const { json, arrays } = texts(task, some)
  return {
    json,
    arrays: {
      ...arrays,
      ...storedTexts("train/triggers", [triggerOf(task)]),
      ...storedTexts("train/samples", some.map(sampleOf)),
    },
  }
}
