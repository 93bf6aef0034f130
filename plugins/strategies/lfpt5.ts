/**
 * LFPT5 (Qin and Joty 2022, arXiv 2110.07298): one soft prompt learns to answer texts and to write them, and replays what it wrote.
 * Before a task the model as it stands, p', writes samples S of each earlier task; then, with B the batch of the new task,
 *   L = (1 - l_kd) [ CE(y | x) over B and S + l_lm CE([x; separator; y] | trigger of the task) over B and S ]
 *       + l_kd KL(p' || p) at the tokens of the answers of S.
 * Means are over tokens; the authors sum the divergence over the tokens of a batch (l_kd between 0.01 and 0.05), and put the prompt
 * behind the text. The adapter is that of the experiment: `prompt` as in the paper, or any other.
 */
import {
  add,
  defineStrategy,
  Fraction,
  logSoftmax,
  mul,
  NonNegativeNumber,
  optional,
  Schema,
  scale,
  softmax,
  sub,
  sum,
} from "../../src/plugin/index.ts"

export default defineStrategy({
  name: "lfpt5",
  summary: "LFPT5: a prompt that answers and writes texts, and replays samples that it wrote (Qin and Joty 2022)",
  equation: "L = (1 - l_kd) (CE(y | x) + l_lm CE([x; y] | trigger)) + l_kd KL(p' || p),  over B and S ~ p'",
  reference: "ICLR 2022, arXiv 2110.07298; as qcwthu/Lifelong-Fewshot-Language-Learning",
  checked: "PyTorch by the formula: parameters after three tasks on given samples; the kit",
  options: Schema.Struct({
    language_model: optional(NonNegativeNumber, 0.25, "l_lm, weight of writing the texts"),
    distillation: optional(Fraction, 0.01, "l_kd, weight of the distance from the model that wrote the samples"),
  }),
  trains: "adapter",
  visits: "one_by_one",
  replays: () => ({ draws: 1, from: "itself" }),
  records: "remembered",
  loss: (
    { all, samples, replayed: [drawn], crossEntropy, logits, recorded },
    { language_model: lm, distillation: kd },
  ) => {
    const losses = crossEntropy()
    const learnt = scale(add(all(losses), scale(samples(losses), lm)), 1 - kd)
    if (!recorded) return learnt
    const divergence = sum(mul(softmax(recorded.logits), sub(logSoftmax(recorded.logits), logSoftmax(logits))), -1)
    return add(learnt, scale(drawn(divergence), kd))
  },
})
