/**
 * Compacter (Karimi Mahabadi et al. 2021, arXiv 2106.04647): a bottleneck y <- y + U phi(D y + b) + c whose matrices are
 * sums of Kronecker products of small ones, of which the larger has low rank:
 *   W = sum_i A_i (x) (s_i t_i),   A_i [n, n], s_i [in/n, rank], t_i [rank, out/n],   i = 1..n.
 * The A_i are those of all layers, one set for D and one for U; or, by option, each layer has its own.
 */
import {
  add,
  concat,
  constant,
  DataError,
  defineAdapter,
  gelu,
  matmul,
  mul,
  normal,
  optional,
  PositiveInt,
  relu,
  Schema,
  shared,
  silu,
  sum,
  type Tensor,
  tanh,
  words,
  zeros,
} from "../../src/plugin/index.ts"

const activations = { relu, gelu, silu, tanh }

/** [n * size, n] with a one where row r belongs to block r / size: R A repeats each row of A `size` times. */
const repeat = (n: number, size: number): Tensor =>
  constant(
    Array.from({ length: n * size }, (_, row) =>
      Array.from({ length: n }, (_, k) => (Math.floor(row / size) === k ? 1 : 0)),
    ),
  )
const copies = (x: Tensor, n: number, axis: number): Tensor => concat(new Array(n).fill(x), axis)

/** sum_i A_i (x) (s_i t_i) for A [n, n, n], s [n, in/n, rank], t [n, rank, out/n]: [in, out]. */
const phm = (A: Tensor, s: Tensor, t: Tensor, n: number, enters: number, leaves: number): Tensor => {
  const coarse = matmul(matmul(repeat(n, enters / n), A), repeat(n, leaves / n), { transposeB: true })
  const fine = matmul(copies(s, n, -2), copies(t, n, -1))
  return sum(mul(coarse, fine), -3)
}

export default defineAdapter({
  name: "compacter",
  summary: "Bottleneck of Kronecker products of small matrices (Karimi Mahabadi et al. 2021)",
  equation: "y <- y + U phi(D y + b) + c, where D and U are sum_i A_i (x) (s_i t_i)",
  reference: "arXiv 2106.04647",
  checked: "PyTorch by the formula: gradients, curve of training",
  taxonomy: { computation: ["adapter", "low_rank"] },
  options: Schema.Struct({
    reduction: optional(PositiveInt, 32, "the bottleneck is this many times narrower than the layer"),
    n: optional(
      PositiveInt,
      4,
      "how many products are added up, and the width of the A_i; divides the width of the layer",
    ),
    rank: optional(PositiveInt, 1, "rank of the larger factor"),
    shared: optional(Schema.Boolean, true, "the A_i are the same in all layers"),
    activation: optional(words("relu", "gelu", "silu", "tanh"), "gelu", "phi"),
    place: optional(
      words("compacter", "compacter_plus_plus"),
      "compacter",
      "after attention and feed-forward, or after the feed-forward layer alone",
    ),
  }),
  sites: ({ place }) => (place === "compacter" ? ["attention_output", "output"] : ["output"]),
  parameters: ({ name, out }, { reduction, n, rank, shared: common }) => {
    if (out % n !== 0)
      throw new DataError(
        `compacter: n = ${n} does not divide ${out}, the width at ${name}`,
        "choose an n that divides it",
      )
    const narrow = narrowOf(out, reduction, n)
    const small = normal([n, n, n], 1 / Math.sqrt(n))
    return {
      A: common ? shared(small) : small,
      s: normal([n, out / n, rank], 0.1),
      t: normal([n, rank, narrow / n], 0.1),
      b: zeros([narrow]),
      A2: common ? shared(small) : small,
      s2: normal([n, narrow / n, rank], 0.1),
      t2: zeros([n, rank, out / n]),
      c: zeros([out]),
    }
  },
  forward: (_x, y, { A, s, t, b, A2, s2, t2, c }, { reduction, n, activation }, _mode, { site: { out } }) => {
    const narrow = narrowOf(out, reduction, n)
    const D = phm(A, s, t, n, out, narrow)
    const U = phm(A2, s2, t2, n, narrow, out)
    return add(y, add(matmul(activations[activation](add(matmul(y, D), b)), U), c))
  },
})

/** Width of the bottleneck: a multiple of n. */
const narrowOf = (out: number, reduction: number, n: number): number => n * Math.max(1, Math.floor(out / reduction / n))
