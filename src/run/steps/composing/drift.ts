/** How far logits move when modules are composed: those of the one module against those of the weighted sum of the modules' outputs. */
import { encoder, type Network } from "../../../model/encoder.ts"
import { forwardAll } from "../../../model/evaluate.ts"
import { joinedHead, type Library, type TrainedModule } from "../../../model/library.ts"
import { routed } from "../../../model/routed.ts"
import { frozen } from "../../../model/single.ts"
import {
  constant,
  defineRouter,
  type HostTensor,
  NoOptions,
  packedLayout,
  program,
  type TokenIds,
} from "../../../plugin/index.ts"
import type { Work } from "../../work.ts"
import { textsIn } from "../given.ts"
import { applied } from "../query.ts"

/** Training texts that are looked at, in all. */
const TEXTS = 64

export interface Drift {
  /** Over texts and joined classes: mean and largest | logit(composed) - logit(sum) |. */
  readonly mean: number
  readonly max: number
  readonly texts: number
}

/** On the first training texts of each task, under the joined heads as the tasks trained them. */
export const drift = async (
  work: Work,
  net: Network,
  library: Library,
  composed: TrainedModule,
  weights: readonly number[],
): Promise<Drift> => {
  const each = Math.max(1, Math.floor(TEXTS / library.length))
  const texts = work.inputs("tokens").flatMap((tokens) => textsIn(tokens, "train").slice(0, each))
  const head = joinedHead(library.map((module) => module.head))
  const logits = async (features: ReturnType<typeof encoder>["features"]) =>
    applied(await featuresOf(work, texts, features), head)
  const one = await logits(encoder(net, frozen(composed)).features)
  const sum = await logits(underWeights(net, library, weights))
  const moved = one.map((logit, i) => Math.abs(logit - sum[i]))
  return {
    mean: moved.reduce((total, by) => total + by, 0) / Math.max(1, moved.length),
    max: moved.reduce((most, by) => Math.max(most, by), 0),
    texts: texts.length,
  }
}

/** y + sum_i w_i (f_i(y) - y) at every site, the same weights for all texts. */
const underWeights = (net: Network, library: Library, weights: readonly number[]) => {
  const router = defineRouter({
    name: "weights",
    summary: "the weights that a composition stands for",
    options: NoOptions,
    routing: () => ({ query: "nothing", level: "model", granularity: "example", aggregate: "outputs" }),
    gates: () => constant([...weights]),
  })
  const layout = packedLayout()
  const given = { router, options: {}, library, sites: net.checkpoint.sites }
  const { participant } = routed(given, net.checkpoint.width, layout, () => ({}), { training: false })
  return encoder(net, participant, false, layout).features
}

const featuresOf = async (
  work: Work,
  texts: readonly TokenIds[],
  features: ReturnType<typeof encoder>["features"],
): Promise<HostTensor> => {
  const session = await (await work.engine()).compile(program({ features }))
  try {
    return (await forwardAll({ session, texts })).features
  } finally {
    await session.release()
  }
}
