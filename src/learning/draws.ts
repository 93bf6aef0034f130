/** Random integers that this room is given, never makes: a named stream of the experiment's seed. */
export interface Draws {
  /** The next uniform integer in [0, 2^32). */
  readonly uint32: () => number
}

/** Opens the stream of a purpose, so that a figure's draws do not depend on which other figures are asked for. */
export type OpenDraws = (purpose: string) => Draws

const RANGE = 4294967296

/** A uniform integer in [0, n), 1 <= n <= 2^32, without bias (the incomplete last stretch of the range is drawn again). */
export function below(n: number, draws: Draws): number {
  const stretch = RANGE - (RANGE % n)
  let u = draws.uint32()
  while (u >= stretch) u = draws.uint32()
  return u % n
}

/** 0..n-1 in a random order (Fisher and Yates). */
export function shuffled(n: number, draws: Draws): Int32Array {
  return chosen(n, n, draws)
}

/** `count` of 0..n-1 without repetition, in the order drawn; all of them where there are fewer. */
export function chosen(n: number, count: number, draws: Draws): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i)
  const size = Math.min(count, n)
  for (let i = 0; i < size; i++) {
    const j = i + below(n - i, draws)
    const other = order[j]
    order[j] = order[i]
    order[i] = other
  }
  return order.slice(0, size)
}
