/**
 * A linear head on a module that stays as it is: min over W, b of the mean cross-entropy of W' s(x) + b, with s the pooled
 * state under the module.
 */
import { encoder, headLogits, type Network } from "../../../model/encoder.ts"
import { forwardAll, rowsOf } from "../../../model/evaluate.ts"
import { withGradients } from "../../../model/gradients.ts"
import { drawn } from "../../../model/initial.ts"
import type { Head, TrainedModule } from "../../../model/library.ts"
import { optimise } from "../../../model/optimise.ts"
import { frozen } from "../../../model/single.ts"
import type { ModuleOptions } from "../../../plan/options/step_options.ts"
import {
  crossEntropy,
  type HostTensor,
  input,
  packedLayout,
  parameter,
  program,
  randomStream,
  zeros,
} from "../../../plugin/index.ts"
import type { Work } from "../../work.ts"
import { checkFinite } from "../finite.ts"
import { classCount, labelledIn } from "../given.ts"
import { located } from "../located.ts"
import { loopOptions, parameterGroups } from "./train_block.ts"

/** On the task's training texts, as the `train` block says. */
export const fittedHead = async (
  work: Work,
  net: Network,
  module: Omit<TrainedModule, "head">,
  { train, task, seed }: Pick<ModuleOptions, "train" | "task" | "seed">,
): Promise<Head> => {
  const { texts, labels } = labelledIn(work.input("tokens"), "train")
  const states = await statesUnder(work, net, module, texts)
  const shape = [net.checkpoint.width, classCount(work.input("tokens"))]
  const start = new Map<string, HostTensor>(
    [["head/W", shape] as const, ["head/b", [shape[1]]] as const].map(([name, own]) => [
      name,
      drawn(zeros(own), randomStream(seed)),
    ]),
  )
  const values = new Map([...start].map(([name, { data }]) => [name, data as Float32Array]))
  const rows = { of: "examples", layout: packedLayout() } as const
  const logits = headLogits(
    input("features", ["examples", shape[0]], "float", rows),
    parameter("head/W", shape),
    parameter("head/b", [shape[1]]),
  )
  const loss = crossEntropy(logits, input("labels", ["examples"], "int", rows), undefined, train.label_smoothing)
  const training = withGradients(loss, [...values.keys()])
  const session = await (await work.engine()).compile(training)
  try {
    await optimise({
      session,
      program: training,
      values,
      groups: parameterGroups(start, train.learning_rate, train),
      examples: texts.length,
      feeds: (batch) => ({
        features: rowsOf(states, batch),
        labels: { shape: [batch.length], data: Int32Array.from(batch, (i) => labels[i]) },
      }),
      ...loopOptions(train),
      order: randomStream(seed, "batches", task),
      noise: randomStream(seed, "noise", task),
      onStep: (step, total, epoch, value) =>
        work.progress((step + 1) / total, `head, epoch ${epoch + 1}/${train.epochs} loss ${value.toFixed(3)}`),
    })
  } catch (error) {
    throw located(error, `head of the module of task "${task}"`, train.head_learning_rate)
  } finally {
    await session.release()
  }
  const host = (name: string) => start.get(name) as HostTensor
  return { W: host("head/W"), b: host("head/b") }
}

/** Pooled states [texts, width]: the module is frozen, so they are computed once. */
const statesUnder = async (
  work: Work,
  net: Network,
  module: Omit<TrainedModule, "head">,
  texts: Parameters<typeof forwardAll>[0]["texts"],
): Promise<HostTensor> => {
  const none = { W: { shape: [0], data: new Float32Array() }, b: { shape: [0], data: new Float32Array() } }
  const { features } = encoder(net, frozen({ ...module, head: none }))
  const session = await (await work.engine()).compile(program({ features }))
  try {
    const arrays = await forwardAll({ session, texts, onProgress: (done) => work.progress(done / 2, "states") })
    checkFinite(arrays, `the module of task "${module.task}"`)
    return arrays.features
  } finally {
    await session.release()
  }
}
