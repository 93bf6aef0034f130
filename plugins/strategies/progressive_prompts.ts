/**
 * Progressive Prompts (Razdaibiedina et al. 2023, arXiv 2301.12314): each task t gets a prompt of its own, which stands before the
 * frozen prompts of all earlier tasks, the newest first,
 *   f([P_t; P_t-1; ..; P_1; x]),   P_t alone is trained, and a head for the classes of task t.
 * A text of task j is read with [P_j; ..; P_1] and the head of j, as they were when j ended: nothing is forgotten, and the row is told
 * the task. With `task: unknown` every text is read with all prompts so far, and the heads are trained as one.
 * `prompt` puts tokens before those of a text; with `prefix` keys and values stand there in every block, and with `hidden` > 0
 * a network makes them, as the paper's residual network makes its prompts.
 */
import { defineStrategy, optional, Schema, words } from "../../src/plugin/index.ts"

export default defineStrategy({
  name: "progressive_prompts",
  summary:
    "Progressive Prompts: a prompt for each task, before the frozen ones of earlier tasks (Razdaibiedina et al. 2023)",
  equation: "f([P_t; P_t-1; ..; P_1; x]),  P_t trained",
  reference: "ICLR 2023, arXiv 2301.12314; as arazd/ProgressivePrompts",
  checked:
    "PyTorch by the formula: parameters after three tasks, prompts and prefixes; what earlier tasks gave stays, to the byte; the kit",
  options: Schema.Struct({
    task: optional(
      words("given", "unknown"),
      "given",
      "whether a text is read with the prompts of its own task, or with all so far",
    ),
  }),
  trains: "adapter",
  visits: "one_by_one",
  grows: () => "concatenate",
  knowsTask: ({ task }) => task === "given",
  masks: ({ task }) => task === "given",
  freezes: (_stage, { task }) => ({ earlierClasses: task === "given" }),
})
