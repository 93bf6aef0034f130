/**
 * Attention: what is computed from queries, keys and values through a softmax is the attention of the contract, whatever
 * way the heads are set apart, the scores scaled and the mask made. Node `Attention`: q, k, v, each [examples, length, d].
 */
import type { Dim } from "../../../../src/plugin/index.ts"
import { type Draft, evaluatedStretch } from "../draft.ts"
import { countOf, type Numbers, whole } from "../numbers.ts"
import type { Node } from "../read.ts"
import { SAMPLES, type Sample } from "../samples.ts"
import { drawn } from "./drawn.ts"
import { apart, NEAR, needed } from "./stretch.ts"

const PARTS = new Set([
  "Add",
  "Cast",
  "Div",
  "Expand",
  "Flatten",
  "IsNaN",
  "MatMul",
  "Mul",
  "Reshape",
  "Softmax",
  "Squeeze",
  "Sub",
  "Transpose",
  "Unsqueeze",
  "Where",
])

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

/** Where the parts of an attention enter and leave. */
interface Ends {
  readonly q: string
  readonly k: string
  readonly v: string
  readonly softmax: Node
  readonly out: string
  readonly heads: number
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

const endsOf = (draft: Draft, softmax: Node): Ends | undefined => {
  const score = above(draft, softmax.inputs[0])
  const mix = below(draft, softmax.outputs[0])
  if (!score || !mix) return undefined
  const heads = headsOf(draft.dims(softmax.outputs[0]))
  const [q, k] = score.inputs.map((value) => sourceOf(draft, value))
  const v = sourceOf(draft, mix.inputs[1])
  const out = joined(draft, mix.outputs[0])
  return heads && q && k && v && out ? { q, k, v, softmax, out, heads } : undefined
}

/** The product of two values that depend on the texts from which the scores come. */
const above = (draft: Draft, value: string): Node | undefined => {
  const node = draft.maker(value)
  if (!node || !PARTS.has(node.op)) return undefined
  if (node.op === "MatMul") return node.inputs.some((name) => draft.known(name)) ? undefined : node
  const [variable, ...others] = node.inputs.filter((name) => name !== "" && !draft.known(name))
  return variable && others.length === 0 ? above(draft, variable) : undefined
}

/** The product of the weights with the values. */
const below = (draft: Draft, weights: string): Node | undefined => {
  for (const node of draft.readers(weights)) {
    if (node.op === "MatMul") return node.inputs[0] === weights && !draft.known(node.inputs[1]) ? node : undefined
    const found = ["Where", "Cast", "Reshape", "Transpose"].includes(node.op)
      ? below(draft, node.outputs[0])
      : undefined
    if (found) return found
  }
  return undefined
}

/** The state, heads not yet set apart from the tokens, that a value is made of. */
const sourceOf = (draft: Draft, value: string): string | undefined => {
  const node = draft.maker(value)
  if (node && PARTS.has(node.op) && node.op !== "Softmax" && node.op !== "MatMul") {
    const [variable, ...others] = node.inputs.filter((name) => name !== "" && !draft.known(name))
    return others.length === 0 && variable ? sourceOf(draft, variable) : undefined
  }
  const dims = draft.dims(value)
  const state = dims[0] === "examples" && dims[1] === "length" && dims.slice(2).every((dim) => typeof dim === "number")
  return state && (dims.length === 3 || dims.length === 4) ? value : undefined
}

/** The first value below that is a state again. */
const joined = (draft: Draft, value: string): string | undefined => {
  const dims = draft.dims(value)
  if (dims.length === 3 && dims[0] === "examples" && dims[1] === "length" && typeof dims[2] === "number") return value
  const [reader, ...others] = draft.readers(value)
  return reader && others.length === 0 && ["Reshape", "Transpose", "Squeeze"].includes(reader.op)
    ? joined(draft, reader.outputs[0])
    : undefined
}

/** [examples, heads, length, length], or [examples * heads, length, length]. */
const headsOf = (dims: readonly Dim[]): number | undefined => {
  if (dims.at(-1) !== "length" || dims.at(-2) !== "length") return undefined
  if (dims.length === 4 && dims[0] === "examples") return typeof dims[1] === "number" ? dims[1] : undefined
  const factor = dims.length === 3 ? /^(?:(\d+)\*)?examples$/.exec(String(dims[0])) : null
  return factor ? Number(factor[1] ?? 1) : undefined
}

/** The nodes between, where all of them belong to an attention. */
const between = (draft: Draft, from: readonly string[], to: string): readonly Node[] | undefined => {
  const inside = new Set(from)
  const stretch = draft.nodes.filter((node) => {
    const part = PARTS.has(node.op) && node.inputs.every((name) => name === "" || inside.has(name) || draft.known(name))
    if (part) for (const value of node.outputs) inside.add(value)
    return part
  })
  return inside.has(to) ? needed(stretch, to) : undefined
}

interface Rule {
  readonly groups: number
  readonly causal: number
  /** -1: none. */
  readonly window: number
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

type Sight = Pick<Rule, "causal" | "window">

const seeing =
  ({ causal, window }: Sight) =>
  (query: number, key: number): boolean =>
    (causal === 0 || key <= query) && (window < 0 || Math.abs(query - key) <= window)

const drawnFor = (draft: Draft, values: readonly string[], sample: Sample): ReadonlyMap<string, Numbers> =>
  new Map(values.map((value, i) => [value, drawn(i + 1, draft.shapeAt(value, sample))]))

/** Which tokens see which, from the weights of one text that are not 0. */
const sightOf = (
  draft: Draft,
  { q, k, v, softmax, heads }: Ends,
  within: readonly Node[],
  sample: Sample,
): Sight | undefined => {
  const { length } = sample
  const results = evaluatedStretch(
    draft,
    needed(within, softmax.outputs[0]),
    drawnFor(draft, [q, k, v], sample),
    sample,
  )
  const weights = (results.get(softmax.outputs[0]) as Numbers).data
  let [after, before] = [0, 0]
  for (let query = 0; query < length; query++)
    for (let key = 0; key < length; key++)
      if (weights[query * length + key] > 0) {
        after = Math.max(after, key - query)
        before = Math.max(before, query - key)
      }
  const sight = { causal: after === 0 ? 1 : 0, window: before === length - 1 ? -1 : before }
  return isSight(sight, weights, heads, sample) ? sight : undefined
}

/** Padding is never seen; what padding sees does not matter. */
const isSight = (sight: Sight, weights: ArrayLike<number>, heads: number, { length, lengths }: Sample): boolean => {
  const sees = seeing(sight)
  return lengths.every((tokens, e) => {
    for (let h = 0; h < heads; h++)
      for (let query = 0; query < tokens; query++)
        for (let key = 0; key < length; key++)
          if (weights[((e * heads + h) * length + query) * length + key] > 0 !== (key < tokens && sees(query, key)))
            return false
    return true
  })
}

/** softmax(scale q k^T) v in each head, over the tokens that are seen. */
const attended = (
  [q, k, v]: readonly Numbers[],
  {
    heads,
    groups,
    scale,
    sample: { batch, length, lengths },
    sees,
  }: { heads: number; groups: number; scale: number; sample: Sample; sees: (query: number, key: number) => boolean },
): Float64Array => {
  const width = countOf(q.shape.slice(2)) / heads
  const result = new Float64Array(batch * length * heads * width)
  for (let e = 0; e < batch; e++)
    for (let h = 0; h < heads; h++) {
      const group = Math.floor((h * groups) / heads)
      for (let query = 0; query < lengths[e]; query++) {
        const from = ((e * length + query) * heads + h) * width
        const weights = Array.from({ length: lengths[e] }, (_, key) => {
          if (!sees(query, key)) return 0
          let dot = 0
          for (let i = 0; i < width; i++)
            dot += q.data[from + i] * k.data[((e * length + key) * groups + group) * width + i]
          return Math.exp(scale * dot)
        })
        const total = weights.reduce((a, b) => a + b, 0)
        for (let key = 0; key < lengths[e]; key++)
          for (let i = 0; i < width; i++)
            result[from + i] += (weights[key] / total) * v.data[((e * length + key) * groups + group) * width + i]
      }
    }
  return result
}

/** What lies at tokens, and not at padding. */
const atTokens = (data: ArrayLike<number>, { length, lengths }: Sample, width: number): number[] =>
  lengths.flatMap((tokens, e) => Array.from({ length: tokens * width }, (_, i) => data[e * length * width + i]))
