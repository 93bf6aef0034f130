/**
 * SAPT's attention over modules, and its reflection (Zhao et al. 2024, arXiv 2401.08295), of which a router and a strategy are made.
 * With E the embeddings of a text's tokens and a key of each module,
 *   q = LN(SiLU(W2 W1 max_tokens E)),    w = softmax_k(key_k . q / tau),    KL(a || w) = sum_k a_k (log a_k - log w_k)
 * with a the mean of w that was recorded when the text's task ended, 0 for modules since.
 */
import * as Schema from "effect/Schema"
import {
  add,
  layerNorm,
  log,
  matmul,
  maximum,
  mul,
  scale,
  silu,
  softmax,
  sub,
  sum,
  type Tensor,
} from "../tensor/index.ts"
import { NonNegativeNumber, optional, PositiveInt, PositiveNumber } from "./options.ts"
import { type Initials, normal, ones, zeros } from "./parameters.ts"

export const ATTENTION_OPTIONS = {
  reflection: optional(NonNegativeNumber, 0.5, "lambda of the divergence from the recorded attention of earlier tasks"),
  temperature: optional(
    Schema.Union([Schema.Literal("sqrt_width"), PositiveNumber]),
    "sqrt_width",
    "tau of the attention",
  ),
  projection: optional(PositiveInt, 100, "width between W1 and W2"),
}

interface AttentionOptions {
  readonly temperature: "sqrt_width" | number
  readonly projection: number
}

/** All but the keys. */
export const attentionParameters = (width: number, { projection }: Pick<AttentionOptions, "projection">): Initials => ({
  W1: normal([width, projection], 1 / Math.sqrt(width)),
  W2: normal([projection, width], 1 / Math.sqrt(projection)),
  gain: ones([width]),
  bias: zeros([width]),
})

/** w [modules], of the pooled embeddings [width] of a text and the keys [modules, width]. */
export const sharedAttention = (
  pooled: Tensor,
  { W1, W2, gain, bias }: Readonly<Record<string, Tensor>>,
  keys: Tensor,
  { temperature }: Pick<AttentionOptions, "temperature">,
): Tensor => {
  const q = layerNorm(silu(matmul(matmul(pooled, W1), W2)), gain, bias, 1e-5)
  const tau = temperature === "sqrt_width" ? Math.sqrt(keys.shape[1] as number) : temperature
  return softmax(scale(matmul(q, keys, { transposeB: true }), 1 / tau))
}

/** KL(a || w), [..., modules] -> [...]. */
export const divergenceFrom = (a: Tensor, w: Tensor, keepDims = false): Tensor =>
  sum(mul(a, sub(log(maximum(a, 1e-12)), log(add(w, 1e-12)))), -1, keepDims)
