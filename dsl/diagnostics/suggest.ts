/** "Did you mean": the nearest of some names. */

/** Longer words are not typing errors. */
const LONGEST = 40

/** The candidate at the least distance, if that is at most a third of the word's length (and at least one edit is allowed); earlier candidates win ties. Words with nothing in common are not near, however short. */
export const nearest = (word: string, candidates: Iterable<string>): string | undefined => {
  if (word.length > LONGEST) return undefined
  const wanted = word.toLowerCase().replaceAll("-", "_")
  let best: string | undefined
  let least = Math.max(1, Math.floor(word.length / 3)) + 1
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= least) continue
    const edits = distance(wanted, candidate.toLowerCase())
    if (edits < least && (edits === 0 || edits < Math.max(word.length, candidate.length)))
      [best, least] = [candidate, edits]
  }
  return best
}

/** Edits (insert, delete, replace, swap of neighbours) that turn one word into the other. */
export const distance = (a: string, b: string): number => {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1)
    }
    ;[before, last] = [last, row]
  }
  return last[b.length]
}
