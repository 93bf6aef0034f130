/**
 * Dark experience replay ++ (Buzzega et al. 2020, arXiv 2004.07211): remembered examples keep the logits that the model had for them,
 *   L = CE(f(x), y) + alpha |f(x') - z'|^2 + beta CE(f(x''), y'')
 * with x' and x'' two independent draws from the memory, and |.|^2 the mean over the classes. The logits z' are those of the model
 * when the task of x' ended, and the distance is taken over the classes that had come by then; the authors store logits in passing,
 * of all classes (`classes: all`).
 */
import {
  add,
  defineStrategy,
  div,
  maximum,
  mean,
  mul,
  NonNegativeNumber,
  optional,
  Schema,
  scale,
  sub,
  sum,
  words,
} from "../../src/plugin/index.ts"

export default defineStrategy({
  name: "der_pp",
  summary: "Dark experience replay ++: replayed examples keep their logits and their labels (Buzzega et al. 2020)",
  equation: "L = CE(f(x), y) + alpha |f(x') - z'|^2 + beta CE(f(x''), y''),  x', x'' ~ memory",
  reference: "NeurIPS 2020, arXiv 2004.07211; as `derpp` of mammoth, but for when logits are stored",
  checked: "PyTorch by the formula: parameters after three tasks; the kit",
  options: Schema.Struct({
    alpha: optional(NonNegativeNumber, 0.1, "weight of the distance to the kept logits"),
    beta: optional(NonNegativeNumber, 0.5, "weight of the replayed labels"),
    classes: optional(
      words("seen", "all"),
      "seen",
      "whose logits are compared: classes that the model had met, or all",
    ),
  }),
  trains: "adapter",
  visits: "one_by_one",
  replays: () => ({ draws: 2 }),
  records: "remembered",
  classes: () => ({ why: "it keeps logits of classes", help: "use `er`, which keeps texts alone" }),
  loss: ({ crossEntropy, newest, replayed: [first, second], logits, recorded }, { alpha, beta, classes }) => {
    if (!recorded) return newest(crossEntropy())
    const gap = sub(logits, recorded.logits)
    const square = mul(gap, gap)
    const distance =
      classes === "all"
        ? mean(square, -1)
        : div(sum(mul(square, recorded.seen), -1), maximum(sum(recorded.seen, -1), 1))
    return add(newest(crossEntropy()), add(scale(first(distance), alpha), scale(second(crossEntropy()), beta)))
  },
})
