/**
 * Rouge-L (Lin 2004) of a text against a reference: with l the length of their longest common subsequence of words,
 *   P = l / words of the text,  R = l / words of the reference,  F = 2 P R / (P + R).
 * Words are runs of a-z and 0-9 in lower case, the others count for nothing; stemmed where they have more than three
 * letters. So does the Python package rouge_score 0.1.2, with which Super-NaturalInstructions is scored, stemmed.
 */
import type { MetricDefinition } from "./definition.ts"
import { porterStem } from "./porter_stem.ts"

export const rougeLDefinition: MetricDefinition = {
  name: "rouge_l",
  version: 1,
  unit: "percent",
  formula:
    "mean over examples of 2PR/(P+R), P and R the longest common subsequence of Porter stems over the words of the text and of the reference",
  reference: "Lin 2004; rouge_score 0.1.2 with use_stemmer",
}

/** F, from 0 to 1. */
export const rougeL = (text: string, reference: string, stemmed = true): number => {
  const [found, wanted] = [words(text, stemmed), words(reference, stemmed)]
  const common = longestCommon(found, wanted)
  if (common === 0) return 0
  const [precision, recall] = [common / found.length, common / wanted.length]
  return (2 * precision * recall) / (precision + recall)
}

const words = (text: string, stemmed: boolean): readonly string[] => {
  const all = text.toLowerCase().match(/[a-z0-9]+/g) ?? []
  return stemmed ? all.map((word) => (word.length > 3 ? porterStem(word) : word)) : all
}

/** Length of the longest common subsequence; one row of the table at a time. */
const longestCommon = (a: readonly string[], b: readonly string[]): number => {
  const row = new Int32Array(b.length + 1)
  for (const word of a) {
    let before = 0
    for (let j = 1; j <= b.length; j++) {
      const above = row[j]
      row[j] = word === b[j - 1] ? before + 1 : Math.max(above, row[j - 1])
      before = above
    }
  }
  return row[b.length]
}
