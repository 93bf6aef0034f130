/** Token ids of one task's texts. Test texts carry no labels here: those stay in the dataset. */
import type { SampleForm } from "../../plan/options/step_options.ts"
import type { Task } from "../../plugin/index.ts"
import type { Perform } from "../work.ts"
import { type ChosenBackbone, network, storedTexts } from "./given.ts"
import { answerTokens } from "./writing/answer_tokens.ts"
import { sampleTokens } from "./writing/sample_tokens.ts"

interface TokensOptions {
  readonly backbone: ChosenBackbone
  /** Texts are answered in words, with so many tokens at most. */
  readonly answers?: { readonly max_tokens: number }
  /** As samples, which a model learns to write. */
  readonly samples?: SampleForm
}

export const tokens: Perform = async (work) => {
  const { backbone: chosen, answers, samples } = work.options as unknown as TokensOptions
  const net = await network(work, chosen)
  const task = work.input("dataset").json as unknown as Task
  if (samples) return sampleTokens(net, task, samples)
  if (answers) return answerTokens(work, net, task, answers.max_tokens)
  const { backbone, checkpoint } = net
  const classOf = new Map(task.labels.map((label, i) => [label, i]))
  const ids = (split: "train" | "validation" | "test") =>
    storedTexts(
      split,
      backbone.tokenize(
        task[split].map(({ text }) => text),
        checkpoint,
      ),
    )
  const labels = (split: "train" | "validation") => ({
    shape: [task[split].length],
    data: Int32Array.from(task[split], ({ label }) => classOf.get(label) as number),
  })
  return {
    json: { task: task.name, labels: task.labels },
    arrays: {
      ...ids("train"),
      ...ids("validation"),
      ...ids("test"),
      "train/labels": labels("train"),
      "validation/labels": labels("validation"),
    },
  }
}
