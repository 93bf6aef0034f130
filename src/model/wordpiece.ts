/**
 * Trains a WordPiece vocabulary for uncased BERT (Wu et al. 2016; Devlin et al. 2019).
 *
 * Starts from single characters (`c` at the start of a word, `##c` inside it) and joins, again and again, the two pieces
 * that stand side by side most often, until the vocabulary is full (byte-pair merges: Sennrich et al. 2016). Ties are
 * broken by the strings of the two pieces, so that the same texts in any order give the same vocabulary.
 */
import { Tokenizer } from "@huggingface/tokenizers"
import { type FrequentPair, PairCounts } from "./pair_counts.ts"
import { SPECIAL, type TokenizerFile, tokenizerFile, UNCASED } from "./tokenizer_file.ts"

export interface WordPieceSettings {
  /** Entries of the vocabulary, special tokens included. It stays smaller where the texts hold too few pairs. */
  readonly size: number
  /** At most so many characters, the most frequent ones; a word with another is [UNK]. Default 1,000. */
  readonly alphabet?: number
  /** Pairs rarer than this are not joined. Default 2. */
  readonly minimum?: number
}

/** The parts of the library's tokenizer that cut a text into words. */
interface Splitter {
  readonly normalizer: { readonly normalize: (text: string) => string }
  readonly pre_tokenizer: { readonly pre_tokenize: (text: string) => readonly string[] }
}

const INSIDE = "##"
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** A whole tokenizer.json, which @huggingface/tokenizers and Hugging Face's Python library both read. */
export const trainWordPiece = (texts: Iterable<string>, settings: WordPieceSettings): TokenizerFile =>
  tokenizerFile(wordPieceVocabulary(countWords(texts), settings))

/** Words of some texts after BERT's uncased normalisation, with their counts. */
export const countWords = (texts: Iterable<string>): ReadonlyMap<string, number> => {
  const { normalizer, pre_tokenizer } = new Tokenizer(tokenizerFile(SPECIAL), {}) as Splitter
  const counts = new Map<string, number>()
  for (const text of texts)
    for (const word of pre_tokenizer.pre_tokenize(normalizer.normalize(text)))
      counts.set(word, (counts.get(word) ?? 0) + 1)
  return counts
}

/** The vocabulary, an entry's id being its index: special tokens, characters in their order, then merges as they were made. */
export const wordPieceVocabulary = (
  words: ReadonlyMap<string, number>,
  { size, alphabet = 1000, minimum = 2 }: WordPieceSettings,
): readonly string[] => {
  const known = frequentCharacters(words, alphabet)
  const spelled: { pieces: string[]; times: number }[] = []
  for (const [word, times] of words) {
    const characters = Array.from(word)
    if (characters.length <= UNCASED.longestWord && characters.every((c) => known.has(c)))
      spelled.push({ pieces: characters.map((c, i) => (i === 0 ? c : INSIDE + c)), times })
  }
  const characters = new Set([...known, ...spelled.flatMap(({ pieces }) => pieces)])
  const vocabulary = [...SPECIAL, ...[...characters].sort(compare)].slice(0, size)
  const ids = new Map(vocabulary.map((piece, id) => [piece, id]))
  if (characters.size + SPECIAL.length >= size) return vocabulary

  const before = (a: FrequentPair, b: FrequentPair): boolean =>
    (b.count - a.count ||
      compare(vocabulary[a.left], vocabulary[b.left]) ||
      compare(vocabulary[a.right], vocabulary[b.right])) < 0
  const pairs = new PairCounts(
    spelled.map(({ pieces }) => pieces.map((piece) => ids.get(piece) as number)),
    spelled.map(({ times }) => times),
    before,
  )
  while (vocabulary.length < size) {
    const best = pairs.best()
    if (best === undefined || best.count < minimum) break
    const joined = vocabulary[best.left] + vocabulary[best.right].slice(INSIDE.length)
    if (!ids.has(joined)) ids.set(joined, vocabulary.push(joined) - 1) // two ways may lead to one piece
    pairs.merge(best.left, best.right, ids.get(joined) as number)
  }
  return vocabulary
}

const frequentCharacters = (words: ReadonlyMap<string, number>, most: number): ReadonlySet<string> => {
  const counts = new Map<string, number>()
  for (const [word, times] of words) for (const c of word) counts.set(c, (counts.get(c) ?? 0) + times)
  const ranked = [...counts].sort(([a, m], [b, n]) => n - m || compare(a, b))
  return new Set(ranked.slice(0, most).map(([c]) => c))
}
