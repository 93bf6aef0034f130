/** A router's parameters, trained by gradient on the memory, together with the joined heads where they are refitted. */
import { answeringLayout, answerLoss, pairFeeds } from "../../model/answers.ts"
import type { Feeds } from "../../model/batch.ts"
import { encoder, headLogits, type Network, type Participant } from "../../model/encoder.ts"
import { rowsOf } from "../../model/evaluate.ts"
import { withGradients } from "../../model/gradients.ts"
import { copyInto } from "../../model/grown.ts"
import { drawn } from "../../model/initial.ts"
import { joinedHead, type Library } from "../../model/library.ts"
import { optimise, textFeeds } from "../../model/optimise.ts"
import { queryWidth, routed } from "../../model/routed.ts"
import type { StoredArray } from "../../plan/step.ts"
import type { FitTrained } from "../../plan/step_options.ts"
import {
  type Constants,
  crossEntropy,
  type HostTensor,
  type Initial,
  input,
  type Layout,
  packedLayout,
  parameter,
  type Router,
  randomStream,
  type Tensor,
  weight,
} from "../../plugin/index.ts"
import type { Work } from "../work.ts"
import { type Remembered, remembered, unitsIn } from "./given.ts"
import { located } from "./located.ts"
import { outsideOfMemory } from "./query.ts"

export const trained = async (
  work: Work,
  net: Network,
  router: Router,
  { router: chosen, name, head, fitting, seed }: FitTrained,
  library: Library,
  units: readonly string[],
  constants: Readonly<Record<string, Constants>>,
): Promise<Record<string, StoredArray>> => {
  const { checkpoint } = net
  const routing = router.routing(chosen.options)
  const memory = remembered(work.inputs("tokens"), work.inputs("memories"))
  const outside = outsideOfMemory(work, routing, memory, library.length, seed)
  const initials = new Map<string, Initial>(
    units.flatMap((unit) =>
      Object.entries<Initial>(
        router.parameters!(
          {
            width: queryWidth(routing, unit, checkpoint.width, library.length, checkpoint.sites),
            modules: library.length,
          },
          chosen.options,
        ),
      ).map(([part, initial]) => [`unit/${unit}/${part}`, initial] as const),
    ),
  )
  const tensors = new Map<string, HostTensor>(
    [...initials].map(([key, initial]) => [key, drawn(initial, randomStream(seed, "router", name, key))]),
  )
  warmStart(work, tensors)
  const { layout, heads, lossOf, feeds } =
    head === "none" ? answering(net, memory) : classifying(net, library, head === "refit", memory)
  for (const [key, { shape, data }] of heads) tensors.set(key, { shape, data: data.slice() })
  const route = routed(
    { router, options: chosen.options, library, sites: checkpoint.sites },
    checkpoint.width,
    layout,
    (unit) => ({
      ...Object.fromEntries(
        Object.entries(constants[unit] ?? {}).map(([part, host]) => [part, weight(`unit/${unit}/${part}`, host)]),
      ),
      ...Object.fromEntries(
        [...tensors]
          .filter(([key]) => key.startsWith(`unit/${unit}/`))
          .map(([key, host]) => [key.split("/")[2], parameter(key, host.shape)]),
      ),
    }),
    { training: true },
  )
  const training = withGradients(lossOf(route.participant), [...tensors.keys()])
  const session = await (await work.engine()).compile(training)
  const values = new Map([...tensors].map(([key, { data }]) => [key, data as Float32Array]))
  try {
    await optimise({
      session,
      program: training,
      values,
      groups: [
        { names: [...initials.keys()], learningRate: fitting.learning_rate, weightDecay: 0.01 },
        {
          names: [...heads.keys()],
          learningRate: fitting.head_learning_rate,
          weightDecay: 0.01,
        },
      ],
      examples: memory.texts.length,
      feeds: (batch) => ({
        ...feeds(batch),
        ...(outside ? { query: rowsOf(outside, batch) } : {}),
      }),
      epochs: fitting.epochs,
      batch: fitting.batch,
      schedule: "linear",
      warmUp: 0,
      order: randomStream(seed, "router batches", name),
      noise: randomStream(seed, "router noise", name),
      halfway: work.halfway,
      onStep: (step, total, epoch, value) =>
        work.progress((step + 1) / total, `epoch ${epoch + 1}/${fitting.epochs} loss ${value.toFixed(3)}`),
    })
  } catch (error) {
    throw located(error, `router "${name}"`, fitting.learning_rate)
  } finally {
    await session.release()
  }
  return Object.fromEntries([...tensors].map(([key, { shape }]) => [key, { shape, data: values.get(key)! }]))
}

/** What is minimised on the memory. */
interface Objective {
  readonly layout: Layout
  /** Of the joined heads, those that are trained too. */
  readonly heads: ReadonlyMap<string, HostTensor>
  readonly lossOf: (participant: Participant) => Tensor
  readonly feeds: (batch: Int32Array) => Feeds
}

/** The cross-entropy of the labels under the joined heads. */
const classifying = (net: Network, library: Library, refit: boolean, { texts, labels }: Remembered): Objective => {
  const layout = packedLayout()
  const { W, b } = joinedHead(library.map((module) => module.head))
  const leaf = (key: string, host: HostTensor) => (refit ? parameter(key, host.shape) : weight(key, host))
  return {
    layout,
    heads: new Map(
      refit
        ? [
            ["head/W", W],
            ["head/b", b],
          ]
        : [],
    ),
    lossOf: (participant) => {
      const trace = encoder(net, participant, false, layout)
      const logits = headLogits(trace.features, leaf("head/W", W), leaf("head/b", b))
      return crossEntropy(logits, input("labels", ["examples"], "int", { of: "examples", layout }))
    },
    feeds: (batch) => textFeeds(texts, labels, batch),
  }
}

/** The loss of the answers' tokens. */
const answering = (net: Network, { texts, answers }: Remembered): Objective => {
  const layout = answeringLayout(net)
  return {
    layout,
    heads: new Map(),
    lossOf: (participant) => answerLoss(net, participant, { layout }),
    feeds: (batch) =>
      pairFeeds(
        net,
        Array.from(batch, (i) => texts[i]),
        Array.from(batch, (i) => answers[i]),
      ),
  }
}

/** With a warm schedule: starts from the router of the stage before; what belongs to the new module keeps its fresh values. */
const warmStart = (work: Work, tensors: Map<string, HostTensor>): void => {
  for (const artifact of work.inputs("previous"))
    for (const [unit, parts] of Object.entries(unitsIn(artifact)))
      for (const [part, old] of Object.entries(parts)) {
        const fresh = tensors.get(`unit/${unit}/${part}`)
        if (fresh) copyInto(old, fresh)
      }
}
