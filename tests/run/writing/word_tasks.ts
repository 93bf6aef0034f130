/** Tasks that are answered in words, as folders of JSON Lines: of the same words each has another answer. */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"

const COLOURS = ["red", "green", "blue", "black", "white", "grey", "pink", "brown", "gold", "teal", "plum", "sand"]
const next = (word: string, by: number) => COLOURS[(COLOURS.indexOf(word) + by) % COLOURS.length]

const TASKS: Readonly<Record<string, (word: string) => string>> = {
  say: (word) => `it is ${word}`,
  follow: (word) => `then comes ${next(word, 1)}`,
  oppose: (word) => `not ${next(word, 6)}`,
}

export const WORDS: readonly string[] = [
  ...Object.keys(TASKS),
  "please",
  "now",
  "it",
  "is",
  "then",
  "comes",
  "not",
  ...COLOURS,
]

/** A training text for each word and politeness; the test texts are the words as they stand. Gives the folder. */
export const wordTasksAt = (directory: string, names: readonly string[] = Object.keys(TASKS)): string => {
  const root = join(directory, "words")
  for (const name of names) {
    const lines = (texts: readonly (readonly [string, string])[]) =>
      texts.map(([text, word]) => `${JSON.stringify({ text, answer: [TASKS[name](word), word.toUpperCase()] })}\n`).join("")
    mkdirSync(join(root, name), { recursive: true })
    const polite = COLOURS.flatMap((word) => [
      [`please ${name} ${word}`, word] as const,
      [`now ${name} ${word}`, word] as const,
    ])
    writeFileSync(join(root, name, "train.jsonl"), lines(polite))
    writeFileSync(join(root, name, "test.jsonl"), lines(COLOURS.map((word) => [`${name} ${word}`, word])))
  }
  return root
}
