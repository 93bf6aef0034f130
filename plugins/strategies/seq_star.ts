/**
 * SEQ* (Zheng et al. 2024, "Learn or Recall?", arXiv 2312.07887): plain sequential training, but
 *   the encoder is frozen after some epochs of the first task (S1);  classifiers of earlier tasks are frozen (S2);
 *   the classifier is a cosine where nothing is replayed (S3);  classifiers of later tasks stand there from the start (S4).
 */
import { defineStrategy, optional, PositiveInt, PositiveNumber, Schema, words } from "../../src/plugin/index.ts"

export default defineStrategy({
  name: "seq_star",
  summary: "SEQ*: the encoder is frozen after a warm-up on the first task, earlier classifiers too (Zheng et al. 2024)",
  equation: "s cos(phi(x), w_c);  phi frozen after the warm-up, w_c after the task of c",
  reference: "ACL 2024, arXiv 2312.07887",
  checked:
    "PyTorch by the formula: weights and head after three tasks, cosine and linear; what is frozen keeps its bytes; the kit",
  options: Schema.Struct({
    learning_rate: optional(PositiveNumber, 5e-5, "learning rate of the backbone's weights"),
    warm_up: optional(PositiveInt, 3, "epochs of the first task after which the encoder is frozen"),
    head: optional(words("cosine", "linear"), "cosine", "how classes are scored"),
    scale: optional(PositiveNumber, 10, "what a cosine is multiplied by"),
  }),
  trains: "everything",
  visits: "one_by_one",
  freezes: (stage, { warm_up }) => (stage === 0 ? { bodyAfter: warm_up } : { bodyAfter: 0, earlierClasses: true }),
  head: ({ head, scale }) => (head === "cosine" ? { cosine: scale } : "linear"),
  classes: () => ({ why: "it freezes all but the classifiers", help: "use `sequential_full`" }),
})
