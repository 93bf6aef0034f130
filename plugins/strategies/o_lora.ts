/**
 * O-LoRA (Wang et al. 2023, arXiv 2310.14152): incremental LoRA whose newest module learns in directions that those of earlier
 * tasks leave free. With A_i [in, rank] of task i, over all sites,
 *   L = CE + lambda_1 sum_i sum |A_i' A_t| + lambda_2 sum |theta_t|,   theta_t each of A_t and B_t.
 * As in the authors' code the entries of A_i' A_t count by their magnitude, and the norms are not squared; the paper writes
 * squared entries (`entries: squared`). All modules add up at test time.
 */
import {
  abs,
  add,
  defineStrategy,
  type GrownFactors,
  matmul,
  mul,
  NonNegativeNumber,
  optional,
  Schema,
  scale,
  sqrt,
  sum,
  type Tensor,
  words,
} from "../../src/plugin/index.ts"

/** Its gradient at zero is zero, as in PyTorch: B starts there. */
const norm = (x: Tensor): Tensor => sqrt(add(sum(mul(x, x)), 1e-24))

const overlap = ({ newest, earlier }: GrownFactors, entries: "absolute" | "squared"): readonly Tensor[] =>
  earlier.map(({ A }) => {
    const products = matmul(A, newest.A, { transposeA: true })
    return sum(entries === "absolute" ? abs(products) : mul(products, products))
  })

export default defineStrategy({
  name: "o_lora",
  summary: "O-LoRA: incremental LoRA in directions that are orthogonal to those of earlier tasks (Wang et al. 2023)",
  equation: "L = CE + lambda_1 sum_i sum |A_i' A_t| + lambda_2 sum |theta_t|",
  reference: "EMNLP 2023, arXiv 2310.14152; magnitudes and norms as cmnfriend/O-LoRA",
  checked:
    "PyTorch by the formula: parameters after three tasks, both kinds of entries; without penalties as inc_lora, to the byte; the kit",
  options: Schema.Struct({
    lambda_1: optional(NonNegativeNumber, 0.5, "weight of the overlap with earlier modules"),
    lambda_2: optional(NonNegativeNumber, 0, "weight of the norms of the newest module's factors"),
    entries: optional(
      words("absolute", "squared"),
      "absolute",
      "how entries of A_i' A_t count: authors' code, or paper",
    ),
  }),
  trains: "adapter",
  visits: "one_by_one",
  grows: () => "sum",
  needs: () => "factors",
  loss: ({ all, crossEntropy, factors = [] }, { lambda_1, lambda_2, entries }) => {
    const overlaps = lambda_1 > 0 ? factors.flatMap((site) => overlap(site, entries)) : []
    const norms = lambda_2 > 0 ? factors.flatMap(({ newest: { A, B } }) => [norm(A), norm(B)]) : []
    const penalties = [...overlaps.map((x) => scale(x, lambda_1)), ...norms.map((x) => scale(x, lambda_2))]
    return penalties.reduce(add, all(crossEntropy()))
  },
})
