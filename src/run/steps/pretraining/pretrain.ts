/** A language model: from nothing, from another one with all its weights, or with fresh experts alone. */
import { answerFeeds } from "../../../model/causal.ts"
import type { Network } from "../../../model/encoder.ts"
import { expertsOf, inserted, lastTrained, lastValues } from "../../../model/experts.ts"
import { languageLoss } from "../../../model/language_model.ts"
import type { PretrainOptions } from "../../../plan/options/step_options.ts"
import { type Backbone, randomStream, type Task } from "../../../plugin/index.ts"
import { type Perform, StepError, type Work } from "../../work.ts"
import { minimise } from "../training/minimise.ts"
import { parameterGroups } from "../training/train_block.ts"
import { asArtifact, modelIn } from "./language_model.ts"

export const pretrain: Perform = async (work) => {
  const { family, insert, losses, train, name, seed } = work.options as unknown as PretrainOptions
  const backbone = await work.plugin<Backbone>("backbone", family.plugin, family.from)
  // Models of one seed begin alike and see the texts in one order, so that what differs is what their declarations say.
  const stream = (purpose: string) => randomStream(seed, "pretraining", purpose)
  const net = beginning(work, backbone, stream)
  checkGates(net, work.options as unknown as PretrainOptions)
  const trained = insert > 0 ? lastValues(net, insert) : new Map(Object.entries(net.checkpoint.weights))
  const texts = backbone
    .tokenize(
      work.inputs("dataset").flatMap(({ json }) => (json as unknown as Task).train.map(({ text }) => text)),
      net.checkpoint,
    )
    .filter(({ length }) => length > 1)
  const found = await minimise(
    work,
    {
      loss: languageLoss(net, insert > 0 ? lastTrained(net, insert) : true, losses),
      examples: texts.length,
      feeds: (batch) => {
        const chosen = Array.from(batch, (i) => texts[i])
        return answerFeeds(chosen, chosen)
      },
    },
    {
      values: new Map([...trained].map(([one, { data }]) => [one, data as Float32Array])),
      groups: parameterGroups(trained, train.learning_rate, train),
      train,
      rate: train.learning_rate,
      of: `the language model "${name}"`,
      stream,
    },
  )
  return asArtifact(net.checkpoint, found)
}

/** The network before its training. */
const beginning = (
  work: Work,
  backbone: Backbone,
  stream: (purpose: string) => ReturnType<typeof randomStream>,
): Network => {
  const { size, insert, name } = work.options as unknown as PretrainOptions
  if (size) {
    const [{ json: tokenizer }] = work.inputs("vocabulary")
    const { max_tokens: positions, experts_of_token: expertsOfToken, ...rest } = size
    const sizes = { ...rest, positions, expertsOfToken: Math.min(expertsOfToken, size.experts) }
    return { backbone, checkpoint: backbone.create!(sizes, tokenizer, stream("weights")) }
  }
  const before = modelIn(backbone, work.input("from"))
  if (insert === 0) return before
  if (expertsOf(before).length === 0)
    throw new StepError(
      `the language model "${name}" shall get fresh experts, and the backbone ${backbone.name} has none`,
      "take `insert` out, or a family with experts, such as moduleformer",
    )
  return { backbone, checkpoint: inserted(before, insert, stream("insertion")) }
}

/** Losses of gates need gates. Throws StepError. */
const checkGates = (net: Network, { losses, name }: PretrainOptions): void => {
  const asked = Object.entries(losses).filter(([, lambda]) => lambda > 0)
  if (asked.length === 0 || expertsOf(net).length > 0) return
  throw new StepError(
    `the language model "${name}" shall be trained with \`${asked[0][0]}\`, a loss of gates, and the backbone ${net.backbone.name} has none`,
    `take \`${asked[0][0]}\` out, or a family with experts, such as moduleformer`,
  )
}
