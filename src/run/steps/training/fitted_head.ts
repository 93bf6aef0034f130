/**
 * A linear head on a module that stays as it is: min over W, b of the mean cross-entropy of W' s(x) + b, with s the pooled
 * state under the module.
 */
import { encoder, type Network } from "../../../model/encoder.ts"
import { forwardAll } from "../../../model/evaluate.ts"
import { drawn } from "../../../model/initial.ts"
import { type Head, NO_HEAD, type TrainedModule } from "../../../model/library.ts"
import { frozen } from "../../../model/single.ts"
import type { ModuleOptions } from "../../../plan/options/step_options.ts"
import { type HostTensor, program, randomStream, zeros } from "../../../plugin/index.ts"
import type { Work } from "../../work.ts"
import { checkFinite } from "../finite.ts"
import { classCount, labelledIn } from "../given.ts"
import { headOnStates } from "../head_on_states.ts"
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
  const classes = classCount(work.input("tokens"))
  const none = (shape: readonly number[]) => drawn(zeros(shape), randomStream(seed))
  const start = { W: none([net.checkpoint.width, classes]), b: none([classes]) }
  const parameters = new Map(Object.entries({ "head/W": start.W, "head/b": start.b }))
  return headOnStates(work, {
    states,
    labels,
    start,
    smoothing: train.label_smoothing,
    groups: parameterGroups(parameters, train.learning_rate, train),
    ...loopOptions(train),
    order: randomStream(seed, "batches", task),
    noise: randomStream(seed, "noise", task),
    of: `head of the module of task "${task}"`,
    rate: train.head_learning_rate,
    progress: "head, ",
  })
}

/** Pooled states [texts, width]: the module is frozen, so they are computed once. */
const statesUnder = async (
  work: Work,
  net: Network,
  module: Omit<TrainedModule, "head">,
  texts: Parameters<typeof forwardAll>[0]["texts"],
): Promise<HostTensor> => {
  const { features } = encoder(net, frozen({ ...module, head: NO_HEAD }))
  const session = await (await work.engine()).compile(program({ features }))
  try {
    const arrays = await forwardAll({ session, texts, onProgress: (done) => work.progress(done / 2, "states") })
    checkFinite(arrays, `the module of task "${module.task}"`)
    return arrays.features
  } finally {
    await session.release()
  }
}
