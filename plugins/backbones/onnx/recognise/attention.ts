/**
 * Attention: what is computed from queries, keys and values through a softmax is the attention of the contract, whatever
 * way the heads are set apart, the scores scaled and the mask made. Node `Attention`: q, k, v, each [examples, length, d].
 */
import { type Draft, evaluatedStretch } from "../draft.ts"
import { countOf, type Numbers, whole } from "../numbers.ts"
import type { Node } from "../read.ts"
import { SAMPLES, type Sample } from "../samples.ts"
import { between, type Ends, endsOf } from "./attention_ends.ts"
import { atTokens, attended } from "./attention_formula.ts"
import { drawnFor, isSight, type Sight, seeing, sightOf } from "./sight.ts"
import { apart, NEAR, needed } from "./stretch.ts"

/** `longest`: a sample with the longest text, on which it shows who sees whom. */
export const withAttention = (draft: Draft, longest: Sample): Draft => {
  const sights = new Map<string, Sight | undefined>()
  return draft.nodes
    .filter(({ op }) => op === "Softmax")
    .reduce(
      (sofar, softmax) => (sofar.nodes.includes(softmax) ? folded(sofar, softmax, longest, sights) : sofar),
      draft,
    )
}

const folded = (draft: Draft, softmax: Node, longest: Sample, sights: Map<string, Sight | undefined>): Draft => {
  const ends = endsOf(draft, softmax)
  if (!ends) return draft
  const { q, k, v, out, heads } = ends
  const within = between(draft, [q, k, v], out)
  if (!within) return draft
  const masks = [
    ...new Set(needed(within, softmax.outputs[0]).flatMap(({ inputs }) => inputs.filter((name) => draft.known(name)))),
  ].join()
  if (!sights.has(masks)) sights.set(masks, sightOf(draft, ends, within, longest))
  const sight = sights.get(masks)
  const rule = sight && ruleOf(draft, ends, within, sight)
  if (!rule) return draft
  const maker = draft.maker(out) as Node
  const flattened: Node[] = []
  const inputs = [q, k, v].map((value) => {
    if (draft.dims(value).length === 3) return value
    const width = countOf(draft.shapeAt(value, SAMPLES[0]).slice(2))
    const flat = draft.declare(`${value}/flat of ${out}`, ({ batch, length }) => [batch, length, width])
    flattened.push({
      op: "Reshape",
      name: maker.name,
      inputs: [value, draft.add(`${flat}/join`, whole([0, 0, width]))],
      outputs: [flat],
      attributes: {},
    })
    return flat
  })
  const node: Node = { op: "Attention", name: softmax.name, inputs, outputs: [out], attributes: { heads, ...rule } }
  return draft.with(draft.nodes.flatMap((one) => (one === maker ? [...flattened, node] : [one])))
}

interface Rule extends Sight {
  readonly groups: number
  readonly scale: number
}

/** What must be told to the contract's attention so that it gives the same; undefined where it cannot. */
const ruleOf = (
  draft: Draft,
  { q, k, v, softmax, out, heads }: Ends,
  within: readonly Node[],
  sight: Sight,
): Rule | undefined => {
  const trials = SAMPLES.slice(0, 2).map((sample) => {
    const given = drawnFor(draft, [q, k, v], sample)
    const results = evaluatedStretch(draft, within, given, sample)
    const weights = (results.get(softmax.outputs[0]) as Numbers).data
    return {
      sample,
      given: [q, k, v].map((name) => given.get(name) as Numbers),
      weights,
      result: (results.get(out) as Numbers).data,
    }
  })
  const [qw, kw] = trials[0].given.map(({ shape }) => countOf(shape.slice(2)))
  const width = qw / heads
  const groups = kw / width
  if (!Number.isInteger(width) || !Number.isInteger(groups) || heads % groups !== 0) return undefined
  if (!trials.every(({ sample, weights }) => isSight(sight, weights, heads, sample))) return undefined
  for (const scale of [1 / Math.sqrt(width), 1]) {
    const fits = trials.every(({ sample, given, result }) => {
      const expected = attended(given, { heads, groups, scale, sample, sees: seeing(sight) })
      const [actual, wanted] = [result, expected].map((data) => atTokens(data, sample, qw))
      return apart(actual, wanted) < 10 * NEAR
    })
    if (fits) return { groups, ...sight, scale: scale * Math.sqrt(width) }
  }
  return undefined
}
