/**
 * Elastic weight consolidation (Kirkpatrick et al. 2017, arXiv 1612.00796): parameters stay near those of earlier tasks, the more so
 * the more these depended on them. With theta_k what task k left, and F_k the diagonal of its Fisher information there,
 *   `each`   L + lambda/2 sum_k sum_i F_k,i (theta_i - theta_k,i)^2
 *   `one`    L + lambda/2 sum_i S_i (theta_i - theta_t,i)^2,   S <- decay S + F     (Schwarz et al. 2018, arXiv 1805.06370)
 * The sum over tasks is the same, up to a number, as one square around the mean of the theta_k weighed by F_k; that is what is carried.
 */
import {
  add,
  defineStrategy,
  Fraction,
  type HostTensor,
  mul,
  NonNegativeNumber,
  optional,
  PositiveInt,
  pow,
  Schema,
  scale,
  sub,
  sum,
  words,
} from "../../src/plugin/index.ts"

export default defineStrategy({
  name: "ewc",
  summary:
    "Elastic weight consolidation: a penalty by the Fisher information of earlier tasks (Kirkpatrick et al. 2017)",
  equation: "L + lambda/2 sum_k sum_i F_ki (theta_i - theta_ki)^2",
  reference: "PNAS 2017, arXiv 1612.00796; `anchors: one` is online EWC, arXiv 1805.06370",
  checked: "PyTorch by the formula: parameters after three tasks, both kinds of anchors; the kit",
  options: Schema.Struct({
    lambda: optional(NonNegativeNumber, 100, "weight of the penalty"),
    anchors: optional(words("each", "one"), "each", "a penalty for each earlier task, or one around the last"),
    decay: optional(Fraction, 1, "with `anchors: one`, what is left of the information of earlier tasks at each task"),
    examples: optional(PositiveInt, 64, "training texts of each task that the information is estimated on"),
    labels: optional(
      words("given", "expected"),
      "given",
      "the given label alone (the empirical Fisher), or the expectation over the labels that the model predicts",
    ),
  }),
  trains: "adapter",
  visits: "one_by_one",
  fisher: ({ examples, labels }) => ({ examples, labels }),
  loss: ({ all, crossEntropy, trained, carried: { importance, anchor } }, { lambda }) => {
    const task = all(crossEntropy())
    if (!importance) return task
    const moved = Object.entries(importance).map(([name, S]) => sum(mul(S, pow(sub(trained[name], anchor[name]), 2))))
    return add(task, scale(moved.reduce(add), lambda / 2))
  },
  carries: ({ trained, fisher, carried: { importance = {}, anchor = {} } }, { anchors, decay }) => {
    const names = Object.keys(trained)
    const kept = anchors === "one" ? decay : 1
    const summed = (name: string) =>
      each(fisher[name], (F, i) => kept * ((importance[name]?.data[i] as number) ?? 0) + F)
    /** Of the theta_k weighed by F_k; where nothing depends on a number, where it is. */
    const middle = (name: string) =>
      each(trained[name], (theta, i) => {
        const [S, F] = [Number(importance[name]?.data[i] ?? 0), Number(fisher[name].data[i])]
        return S + F > 0 ? (S * Number(anchor[name]?.data[i] ?? 0) + F * theta) / (S + F) : theta
      })
    return {
      importance: Object.fromEntries(names.map((name) => [name, summed(name)])),
      anchor: Object.fromEntries(names.map((name) => [name, anchors === "one" ? trained[name] : middle(name)])),
    }
  },
})

const each = ({ shape, data }: HostTensor, of: (x: number, i: number) => number): HostTensor => ({
  shape,
  data: Float32Array.from(data as Float32Array, of),
})
