/** The forward pass on symbolic tensors, one text at a time as the author sees it. */
import {
  add,
  type Checkpoint,
  gather,
  gelu,
  mul,
  relu,
  scale,
  type Tensor,
  type Trace,
  tanh,
} from "../../../src/plugin/index.ts"

/** sqrt(2/pi): the tanh form of GELU is x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))). */
const GELU_SCALE = 0.7978845608028654
const geluTanh = (x: Tensor): Tensor =>
  mul(scale(x, 0.5), add(tanh(scale(mul(x, add(scale(mul(x, x), 0.044715), 1)), GELU_SCALE)), 1))

/** By the names that `hidden_act` in config.json has. */
export const ACTIVATIONS: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  gelu,
  gelu_new: geluTanh,
  gelu_pytorch_tanh: geluTanh,
  relu,
}

export const forward = (trace: Trace, { config }: Checkpoint): Tensor => {
  const epsilon = Number(config.layer_norm_eps)
  const heads = Number(config.num_attention_heads)
  const activation = ACTIVATIONS[String(config.hidden_act ?? "gelu")]
  const norm = (x: Tensor, site: string) =>
    trace.norm(site, x, {
      kind: "layer",
      gain: trace.weight(`${site}.weight`),
      bias: trace.weight(`${site}.bias`),
      epsilon,
    })
  const dense = (x: Tensor, site: string) =>
    trace.linear(site, x, trace.weight(`${site}.weight`), trace.weight(`${site}.bias`))

  let h = norm(
    add(
      gather(trace.weight("embeddings.word"), trace.ids),
      gather(trace.weight("embeddings.position"), trace.positions),
    ),
    "embeddings.norm",
  )
  for (let l = 0; l < Number(config.num_hidden_layers); l++) {
    const block = `layer.${l}`
    h = trace.block(l, h)
    const mixed = trace.attention(
      `${block}.attention`,
      dense(h, `${block}.attention.query`),
      dense(h, `${block}.attention.key`),
      dense(h, `${block}.attention.value`),
      heads,
    )
    const attended = trace.span(`${block}.attention_block`, h, dense(mixed, `${block}.attention.output`))
    const a = norm(add(attended, h), `${block}.attention.norm`)
    const fed = dense(activation(dense(a, `${block}.intermediate`)), `${block}.output`)
    const out = norm(add(trace.span(`${block}.feed_forward`, a, fed), a), `${block}.norm`)
    h = trace.span(block, h, out)
  }
  return h
}
