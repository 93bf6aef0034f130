/**
 * Learning without forgetting (Li and Hoiem 2016, arXiv 1606.09282): on the texts of the new task the model keeps the answers that it
 * gave before, at a higher temperature. With z the logits of the classes of earlier tasks and z' those of the model before the task,
 *   L = CE(f(x), y) - lambda sum_c softmax(z' / T)_c log softmax(z / T)_c
 * Nothing is remembered: z' is found once, for the texts of the new task.
 */
import {
  add,
  defineStrategy,
  logSoftmax,
  mul,
  NonNegativeNumber,
  neg,
  optional,
  PositiveNumber,
  Schema,
  scale,
  softmax,
  sub,
  sum,
  type Tensor,
} from "../../src/plugin/index.ts"

/** Classes that had not come are as good as impossible. */
const among = (logits: Tensor, seen: Tensor, temperature: number): Tensor =>
  add(scale(logits, 1 / temperature), scale(sub(seen, 1), 1e9))

export default defineStrategy({
  name: "lwf",
  summary:
    "Learning without forgetting: the answers of the model before, kept on the new task's texts (Li and Hoiem 2016)",
  equation: "L = CE(f(x), y) - lambda sum_c softmax(z'/T)_c log softmax(z/T)_c",
  reference: "ECCV 2016, arXiv 1606.09282",
  checked: "PyTorch by the formula: parameters after three tasks; the kit",
  options: Schema.Struct({
    lambda: optional(NonNegativeNumber, 1, "weight of the answers of the model before"),
    temperature: optional(PositiveNumber, 2, "T"),
  }),
  trains: "adapter",
  visits: "one_by_one",
  records: "newest",
  classes: () => ({ why: "it keeps probabilities of classes", help: "use `ewc`, which needs none" }),
  loss: ({ all, crossEntropy, logits, recorded }, { lambda, temperature }) => {
    const task = crossEntropy()
    if (!recorded) return all(task)
    const before = softmax(among(recorded.logits, recorded.seen, temperature))
    const now = logSoftmax(among(logits, recorded.seen, temperature))
    return all(add(task, scale(neg(sum(mul(before, now), -1)), lambda)))
  },
})
