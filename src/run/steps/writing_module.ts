/** One task's module on a backbone that writes: trained in isolation by the loss of the answers' tokens, without a head. */
import { answerLoss, pairFeeds } from "../../model/answers.ts"
import type { Network } from "../../model/encoder.ts"
import { withGradients } from "../../model/gradients.ts"
import { freshModule } from "../../model/initial.ts"
import { optimise, parameterFeeds } from "../../model/optimise.ts"
import { initialsFor, trainable, trainedNames } from "../../model/single.ts"
import type { Artifact, StoredArray } from "../../plan/step.ts"
import type { ModuleOptions } from "../../plan/step_options.ts"
import { type Adapter, type HostTensor, program, randomStream } from "../../plugin/index.ts"
import type { Work } from "../work.ts"
import { adapterIn } from "./adapter.ts"
import { type BestEpoch, bestEpoch } from "./best_epoch.ts"
import { type AnsweredTexts, answeredIn, network } from "./given.ts"
import { located } from "./located.ts"
import { described, loopOptions, parameterGroups } from "./train_block.ts"

export const writingModule = async (work: Work, options: ModuleOptions): Promise<Artifact> => {
  const { adapter: chosen, task, seed } = options
  const net = await network(work, options.backbone)
  const adapter = await adapterIn(work, chosen)
  const start = freshModule(net, adapter, chosen.options, (name) => randomStream(seed, "initial", task, name))
  const trained = trainedNames(initialsFor(adapter, chosen.options, net.checkpoint.sites))
  const values = new Map(trained.map((name) => [name, start.get(name)!.data as Float32Array]))
  const losses = await trainedOn(work, net, adapter, options, start, values)
  return {
    json: {
      task,
      adapter: chosen as never,
      parameters: [...values.values()].reduce((sum, { length }) => sum + length, 0),
    },
    arrays: {
      ...(Object.fromEntries(start) as Record<string, StoredArray>),
      "loss/steps": { shape: [losses.length], data: losses },
    },
  }
}

const trainedOn = async (
  work: Work,
  net: Network,
  adapter: Adapter,
  { adapter: chosen, train, task, seed }: ModuleOptions,
  start: ReadonlyMap<string, HostTensor>,
  values: Map<string, Float32Array>,
): Promise<Float64Array> => {
  const { texts, answers } = answeredIn(work.input("tokens"), "train")
  const validation = answeredIn(work.input("tokens"), "validation")
  const names = [...values.keys()]
  const lossOf = (training: boolean) =>
    answerLoss(net, trainable(adapter, chosen.options, net.checkpoint.sites, { training }, start), {
      smoothing: training ? train.label_smoothing : 0,
    })
  const training = withGradients(lossOf(true), names)
  const session = await (await work.engine()).compile(training)
  const best =
    train.early_stop === "validation" && validation.texts.length > 0
      ? await validator(work, net, lossOf(false), values, validation, train.batch)
      : undefined
  try {
    const losses = await optimise({
      session,
      program: training,
      values,
      groups: parameterGroups(described(adapter, chosen.options, net, start, names), train.learning_rate, train),
      examples: texts.length,
      feeds: (batch) =>
        pairFeeds(
          net,
          Array.from(batch, (i) => texts[i]),
          Array.from(batch, (i) => answers[i]),
        ),
      ...loopOptions(train),
      order: randomStream(seed, "batches", task),
      noise: randomStream(seed, "noise", task),
      onStep: (step, total, epoch, loss) =>
        work.progress((step + 1) / total, `epoch ${epoch + 1}/${train.epochs} loss ${loss.toFixed(3)}`),
      ...(best ? { afterEpoch: best.look } : {}),
      halfway: { ...work.halfway, ...(best ? { more: best.halfway } : {}) },
    })
    best?.restore()
    return losses
  } catch (error) {
    throw located(error, `module of task "${task}"`, train.learning_rate)
  } finally {
    await session.release()
    await best?.release()
  }
}

/** Minus the loss on the validation examples, the mean over the tokens of all their answers. */
const validator = async (
  work: Work,
  net: Network,
  loss: ReturnType<typeof answerLoss>,
  values: Map<string, Float32Array>,
  { texts, answers }: AnsweredTexts,
  batch: number,
): Promise<BestEpoch> => {
  const forward = program({ loss })
  const session = await (await work.engine()).compile(forward)
  const measured = async () => {
    let [sum, tokens] = [0, 0]
    for (let from = 0; from < texts.length; from += batch) {
      const some = answers.slice(from, from + batch)
      const feeds = pairFeeds(net, texts.slice(from, from + batch), some)
      const found = await session.run({ ...feeds, ...parameterFeeds(forward, values) })
      const count = some.reduce((total, { length }) => total + length, 0)
      sum += Number(found.loss.data[0]) * count
      tokens += count
    }
    return -sum / tokens
  }
  return bestEpoch(values, measured, session.release)
}
