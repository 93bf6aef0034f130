/** The blocks of a ModuleFormer on symbolic tensors. All experts are computed; gates of 0 leave out those not chosen. */
import {
  ACTIVATIONS,
  add,
  type Checkpoint,
  concat,
  expertGates,
  expertScores,
  largestMasks,
  matmul,
  mul,
  reshape,
  slice,
  softmax,
  sum,
  type Tensor,
  type Trace,
  transpose,
  unsqueeze,
} from "../../../src/plugin/index.ts"
import type { Config } from "./config.ts"
import { expertLayers } from "./names.ts"

/** Hidden states of the last layer, [length, width]. */
export const forward = (trace: Trace, { config }: Checkpoint): Tensor => {
  const { n_layer, n_head, k_att, k_mlp, activation_function, layer_norm_epsilon } = config as unknown as Config
  const norm = (x: Tensor, site: string) =>
    trace.norm(site, x, {
      kind: "layer",
      gain: trace.weight(`${site}.weight`),
      bias: trace.weight(`${site}.bias`),
      epsilon: layer_norm_epsilon,
    })
  let h = trace.embed("embeddings", trace.weight("embeddings.word")).tokens
  for (let l = 0; l < n_layer; l++) {
    const block = `layer.${l}`
    const [attention, mlp] = expertLayers(l)
    h = trace.block(l, h)
    const n = norm(h, `${block}.attention.norm`)
    const mixed = attentionOfExperts(trace, `${block}.attention`, attention, n, n_head, k_att)
    const a = add(h, trace.span(`${block}.attention_block`, n, mixed))
    const m = norm(a, `${block}.norm`)
    const fed = mlpOfExperts(trace, mlp, m, ACTIVATIONS[activation_function], k_mlp)
    h = trace.span(block, h, add(a, trace.span(`${block}.feed_forward`, m, fed)))
  }
  return norm(h, "final.norm")
}

/** sum over the k experts e of a token of p_e O_e attention(Q_e x, K x, V x). */
const attentionOfExperts = (trace: Trace, site: string, name: string, x: Tensor, heads: number, most: number) => {
  const { scores, k } = choice(trace, name, x, most)
  const dense = (role: string) =>
    trace.linear(`${site}.${role}`, x, trace.weight(`${site}.${role}.weight`), trace.weight(`${site}.${role}.bias`))
  const all = ofEach(x, trace.weight(`${name}.in`)) // [length, experts, width of a query]
  const p = softmax(scores)
  const chosen = largestMasks(p, k)
  const width = all.shape.at(-1) as number
  const parted = ["length", heads, 1, width / heads] as const
  const queries = chosen.map((one) => reshape(sum(mul(all, unsqueeze(one, 2)), 1), parted))
  const mixed = trace.attention(
    site,
    reshape(concat(queries, 2), ["length", k * width]),
    dense("key"),
    dense("value"),
    heads * k,
    { causal: true, groups: heads, weights: "stick_breaking" },
  )
  const heard = reshape(mixed, ["length", heads, k, width / heads])
  const gated = chosen.map((one, rank) => {
    const own = reshape(slice(heard, 2, rank, rank + 1), ["length", 1, width])
    return mul(unsqueeze(mul(one, p), 2), own)
  })
  return joined(gated.reduce(add), trace.weight(`${name}.out`))
}

/** sum over the k experts e of a token of p_e O_e act(I_e x). */
const mlpOfExperts = (trace: Trace, name: string, x: Tensor, activation: (x: Tensor) => Tensor, most: number) => {
  const { scores, k } = choice(trace, name, x, most)
  const inner = activation(ofEach(x, trace.weight(`${name}.in`)))
  return joined(mul(inner, unsqueeze(expertGates(scores, k), 2)), trace.weight(`${name}.out`))
}

/** Scores [length, experts], and how many experts a token takes: there may be fewer than the config has it. */
const choice = (trace: Trace, name: string, x: Tensor, most: number) => {
  const gate = (part: string) => trace.weight(`${name}.gate.${part}`)
  const scores = expertScores(x, gate("in.weight"), gate("in.bias"), transpose(gate("out")))
  const k = Math.min(most, scores.shape.at(-1) as number)
  trace.experts(name, scores, k)
  return { scores, k }
}

/** x W_e of each expert: x [length, in], stack [experts, in, out] -> [length, experts, out]. */
const ofEach = (x: Tensor, stack: Tensor): Tensor => {
  const [experts, input, out] = stack.shape as readonly number[]
  return reshape(matmul(x, reshape(transpose(stack, [1, 0, 2]), [input, experts * out])), ["length", experts, out])
}

/** sum_e y_e W_e: y [length, experts, in], stack [experts, in, out] -> [length, out]. */
const joined = (y: Tensor, stack: Tensor): Tensor => {
  const [experts, input, out] = stack.shape as readonly number[]
  return matmul(reshape(y, ["length", experts * input]), reshape(stack, [experts * input, out]))
}
