/**
 * A low-rank update with a learnt scale for each direction: y = x W + (x A · s) B,
 *   A [in, rank] drawn as Kaiming-uniform, s [rank] ones, B [rank, out] zero, so that training starts from the backbone.
 */
import {
  add,
  defineAdapter,
  kaiming,
  matmul,
  mul,
  ones,
  optional,
  PositiveInt,
  Schema,
  Targets,
  zeros,
} from "l2r/plugin"

export default defineAdapter({
  name: "scaled_low_rank",
  summary: "Low-rank update with a learnt scale for each direction",
  equation: "y = xW + (xA s) B",
  options: Schema.Struct({
    rank: optional(PositiveInt, 8, "rank of the update"),
    targets: optional(Targets, ["query", "value"], "linear layers that get an update"),
  }),
  sites: ({ targets }) => targets,
  parameters: (site, { rank }) => ({ A: kaiming([site.in, rank]), s: ones([rank]), B: zeros([rank, site.out]) }),
  forward: (x, y, { A, s, B }) => add(y, matmul(mul(matmul(x, A), s), B)),
})
