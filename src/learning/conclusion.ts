/** What a comparison allows one to say, in one sentence, and what it must be read with. */
import type { Comparison, Row } from "./results.ts"

export const LEVEL = 0.05

type Side = Pick<Row, "source" | "head" | "knowsTask" | "leaks" | "how" | "memory">

const SOURCES: Readonly<Record<Row["source"], string>> = {
  memory: "what it learnt from the memory",
  train: "statistics of all training data",
  weights: "the trained weights alone",
  none: "no data of its own",
}
const HEADS: Readonly<Record<Row["head"], string>> = {
  kept: "heads as each task trained them",
  refit: "heads refitted on the memory",
  joint: "a joint head",
  none: "no head",
}

/** What makes the two rows unlike beyond their routing; undefined where nothing does. */
export function caveatOf(left: string, a: Side, right: string, b: Side): string | undefined {
  const parts = [
    a.source !== b.source && `unequal sources: ${left} has ${SOURCES[a.source]}, ${right} ${SOURCES[b.source]}`,
    a.memory !== undefined &&
      b.memory !== undefined &&
      a.memory !== b.memory &&
      `unequal memories: ${left} has ${a.memory}, ${right} ${b.memory}`,
    a.head !== b.head && `unequal heads: ${left} has ${HEADS[a.head]}, ${right} ${HEADS[b.head]}`,
    a.knowsTask !== b.knowsTask && `${a.knowsTask ? left : right} is told the task`,
    a.leaks !== b.leaks && `the gates of ${a.leaks ? left : right} depend on the other texts of a batch`,
    (a.how === "shared") !== (b.how === "shared") &&
      `${a.how === "shared" ? left : right} trains one shared module, not the library`,
  ].filter((part) => part !== false)
  return parts.length === 0 ? undefined : parts.join("; ")
}

/**
 * Claims a difference only where the corrected p is below 0.05 and the interval excludes 0.
 * Never claims equality: where nothing is shown it says which effect could have been found.
 */
export function conclude(c: Omit<Comparison, "conclusion">, comparisons: number, setup = words(c.setup)): string {
  const condition = c.seeds === 1 ? ", conditional on these modules (one seed)" : `, over ${c.seeds} seeds`
  const caveat = c.caveat === undefined ? "" : "; not a matter of routing alone (see the caveat)"
  return `${finding(c, comparisons, setup)}${condition}${caveat}.`
}

function finding(c: Omit<Comparison, "conclusion">, comparisons: number, setup: string): string {
  const apart = c.interval[0] > 0 || c.interval[1] < 0
  const on = SCORES[c.on] ? `on ${SCORES[c.on]}` : `on ${words(c.on)} (${setup})`
  const range = `95 % interval ${signed(c.interval[0])} to ${signed(c.interval[1])}`
  if (c.corrected < LEVEL && apart) {
    const better = c.difference > 0
    const [winner, loser] = better ? [c.left, c.right] : [c.right, c.left]
    return `${winner} is ${points(Math.abs(c.difference))} better than ${loser} ${on}: ${c.left} minus ${c.right} ${range}, p ${corrected(c, comparisons)}`
  }
  const found =
    c.minimumDetectable > 100
      ? "with so few examples no effect could have been found"
      : `a true difference of ${points(c.minimumDetectable)} or more would have been found four times in five`
  const why =
    c.corrected < LEVEL
      ? "the test on these examples is significant, but the interval holds 0"
      : c.p < LEVEL
        ? `p ${probability(c.p)} does not stand after the correction for ${comparisons} comparisons (${probability(c.corrected)})`
        : `p ${corrected(c, comparisons)}`
  return `No difference between ${c.left} and ${c.right} is shown ${on}, which is not to say that they are equal: ${signed(c.difference)} points, ${range}, ${why}; ${found} at one comparison`
}

/** Measures that are their own set-up. */
const SCORES: Readonly<Record<string, string>> = { rouge_l: "Rouge-L", exact_match: "exact match" }

const words = (name: string) =>
  name
    .replace("weighted_f1", "weighted F1")
    .replaceAll("_", "-")
    .replace("-transfer", " transfer")
    .replace("-accuracy", " accuracy")
const points = (value: number) => `${value.toFixed(1)} points`
/** "+2.5", "-11.0", "0.0": for differences. */
export const signed = (value: number): string => {
  const text = value.toFixed(1)
  return text === "-0.0" ? "0.0" : value > 0 && text !== "0.0" ? `+${text}` : text
}
const probability = (p: number) => (p < 0.001 ? "< 0.001" : `= ${p.toFixed(3)}`)
const corrected = (c: Pick<Comparison, "corrected">, comparisons: number) =>
  `${probability(c.corrected)}${comparisons > 1 ? ` after the correction for ${comparisons} comparisons` : ""}`
