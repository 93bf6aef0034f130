/** The forward pass on symbolic tensors, one text at a time as the author sees it. */
import { add, attention, type Checkpoint, gather, gelu, layerNorm, type Tensor, type Trace } from "../../../src/plugin/index.ts"

export const forward = (trace: Trace, { config }: Checkpoint): Tensor => {
  const epsilon = Number(config.layer_norm_eps)
  const heads = Number(config.num_attention_heads)
  const norm = (x: Tensor, name: string) => layerNorm(x, trace.weight(`${name}.weight`), trace.weight(`${name}.bias`), epsilon)
  const dense = (x: Tensor, site: string) => trace.linear(site, x, trace.weight(`${site}.weight`), trace.weight(`${site}.bias`))

  let h = norm(
    add(gather(trace.weight("embeddings.word"), trace.ids), gather(trace.weight("embeddings.position"), trace.positions)),
    "embeddings.norm",
  )
  for (let l = 0; l < Number(config.num_hidden_layers); l++) {
    const block = `layer.${l}`
    h = trace.block(l, h)
    const mixed = attention(
      dense(h, `${block}.attention.query`),
      dense(h, `${block}.attention.key`),
      dense(h, `${block}.attention.value`),
      heads,
    )
    const a = norm(add(dense(mixed, `${block}.attention.output`), h), `${block}.attention.norm`)
    h = norm(add(dense(gelu(dense(a, `${block}.intermediate`)), `${block}.output`), a), `${block}.norm`)
  }
  return h
}
