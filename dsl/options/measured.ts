/** What each measure says, for the word under the pointer. */
import type { MEASURES, ON_REQUEST, SCORES } from "./core_schema.ts"

type Measure = (typeof MEASURES)[number] | (typeof SCORES)[number] | (typeof ON_REQUEST)[number]

export const MEASURED: Readonly<Record<Measure, string>> = {
  accuracy: "accuracy after the last task under the stream's scenario, mean over tasks",
  task_accuracy: "accuracy within each task's own classes after the last task, mean over tasks",
  anytime: "accuracy on the tasks so far, mean over all stages",
  forgetting: "best earlier accuracy on a task minus the last, in points, mean over all tasks but the last",
  forgetting_all_rows:
    "best accuracy on a task, the last one too, minus the last, so never negative: forgetting as mammoth and l2p-pytorch compute it",
  backward_transfer_sapt: "backward transfer over all tasks, and not all but the last: as SAPT's score.py computes it",
  forward_transfer:
    "accuracy on a task right before it is learnt, in points over a guess among the labels so far; of written answers, their score. Each stage is tested on the next task too",
  backward_transfer: "last accuracy on a task minus that right after learning it, in points",
  learning_accuracy: "accuracy on each task right after learning it",
  router_accuracy: "how often the largest gate is that of the example's own task",
  entropy: "entropy of the gates over the logarithm of their number: 0 is one module, 1 all alike",
  cost: "trainable parameters, stored bytes, forward FLOPs and CPU time to fit of the row",
  rouge_l: "longest common subsequence of the written answer and a right one, as an F-measure",
  exact_match: "share of the written answers that are a right one",
  weighted_f1: "F1 of each class, weighted by the class's test examples; the mean over tasks",
  routing: "how the router uses the modules, by layer and task, printed below the table",
}
