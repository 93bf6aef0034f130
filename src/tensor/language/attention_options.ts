/** What attention may be told besides queries, keys and values. */
import type { Tensor } from "../tensor.ts"

export interface AttentionOptions {
  /** A token sees no later token. */
  readonly causal?: boolean
  /** Heads of keys and values; each serves heads/groups heads of queries (Ainslie et al. 2023). By default as many as heads. */
  readonly groups?: number
  /** A token sees those at most this many places away, to both sides unless `causal` (Beltagy et al. 2020). */
  readonly window?: number
  /** Scores are multiplied by it; by default 1 / sqrt(d/heads). */
  readonly scale?: number
  /** How scores become weights: they compete in a softmax (the default), or break a stick from the last key back, which needs `causal`. */
  readonly weights?: "softmax" | "stick_breaking"
  /** Added to the score of a key that lies n places behind its query, n from -reach to reach and cut there: [2 reach + 1, heads] (Shaw et al. 2018). */
  readonly relative?: Tensor
  /** Of keys and values that are padded: [keys], one for each example, 1 where there is one. */
  readonly mask?: Tensor
  /** What every token of the example sees besides the tokens. */
  readonly prefix?: Prefix
}

export interface Prefix {
  /** [P, d], plain, one for each example, or one for each of its tokens. */
  readonly keys: Tensor
  readonly values: Tensor
  /** [P], plain or one for each example: 1 where a token sees the prefix, 0 where it does not. Absent: all of it. */
  readonly mask?: Tensor
  /** int, one for each example: the place of its first token, where that of the first key is 0. Absent: keys have no place. */
  readonly start?: Tensor
  /** So many keys come before those that have a place. */
  readonly placeless?: number
}
