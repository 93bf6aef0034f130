/** How often symbols stand side by side in a set of counted words, kept up to date while pairs are merged. */

/** A pair of symbol ids as one number. */
type Pair = number
const LIMIT = 2 ** 24
const pairOf = (left: number, right: number): Pair => left * LIMIT + right

export interface FrequentPair {
  readonly left: number
  readonly right: number
  readonly count: number
}

/** True where the first of two pairs is to be merged before the second. */
type Before = (a: FrequentPair, b: FrequentPair) => boolean

export class PairCounts {
  readonly #words: number[][]
  readonly #times: readonly number[]
  readonly #before: Before
  readonly #counts = new Map<Pair, number>()
  /** Words in which a pair stands, or once stood. */
  readonly #places = new Map<Pair, Set<number>>()
  /** A binary heap of pairs; an entry whose count is no longer true is passed over. */
  readonly #heap: FrequentPair[] = []

  /** `words[i]`, a list of symbol ids, occurs `times[i]` times. */
  constructor(words: number[][], times: readonly number[], before: Before) {
    this.#words = words
    this.#times = times
    this.#before = before
    const changed = new Set<Pair>()
    for (let w = 0; w < words.length; w++) this.#count(w, +1, changed)
    this.#announce(changed)
  }

  /** The pair to merge next: the most frequent, ties as `before` says. */
  best(): FrequentPair | undefined {
    for (;;) {
      const top = this.#heap[0]
      if (top === undefined || this.#counts.get(pairOf(top.left, top.right)) === top.count) return top
      this.#pop()
    }
  }

  /** Replaces left, right by `merged` wherever they stand side by side, from left to right. */
  merge(left: number, right: number, merged: number): void {
    const changed = new Set<Pair>()
    const places = [...(this.#places.get(pairOf(left, right)) ?? [])]
    for (const w of places) {
      this.#count(w, -1, changed)
      this.#words[w] = replaced(this.#words[w], left, right, merged)
      this.#count(w, +1, changed)
    }
    this.#places.delete(pairOf(left, right))
    this.#announce(changed)
  }

  #count(w: number, sign: 1 | -1, changed: Set<Pair>): void {
    const word = this.#words[w]
    for (let i = 0; i + 1 < word.length; i++) {
      const pair = pairOf(word[i], word[i + 1])
      this.#counts.set(pair, (this.#counts.get(pair) ?? 0) + sign * this.#times[w])
      changed.add(pair)
      if (sign > 0) {
        const places = this.#places.get(pair)
        if (places) places.add(w)
        else this.#places.set(pair, new Set([w]))
      }
    }
  }

  #announce(changed: Iterable<Pair>): void {
    for (const pair of changed) {
      const count = this.#counts.get(pair) ?? 0
      if (count > 0) this.#push({ left: Math.floor(pair / LIMIT), right: pair % LIMIT, count })
      else this.#counts.delete(pair)
    }
  }

  #push(entry: FrequentPair): void {
    const heap = this.#heap
    let child = heap.push(entry) - 1
    while (child > 0) {
      const parent = (child - 1) >> 1
      if (!this.#before(entry, heap[parent])) break
      heap[child] = heap[parent]
      child = parent
    }
    heap[child] = entry
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let parent = 0
    for (;;) {
      let child = 2 * parent + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && this.#before(heap[child + 1], heap[child])) child++
      if (!this.#before(heap[child], last)) break
      heap[parent] = heap[child]
      parent = child
    }
    heap[parent] = last
  }
}

const replaced = (word: readonly number[], left: number, right: number, merged: number): number[] => {
  const out: number[] = []
  for (let i = 0; i < word.length; i++) {
    if (word[i] === left && word[i + 1] === right) {
      out.push(merged)
      i++
    } else out.push(word[i])
  }
  return out
}
