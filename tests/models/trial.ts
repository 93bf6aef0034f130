/** Tries one cell of docs/models.md: an adapter with its defaults on a tiny random network, under one head, really trained. */
import { packed } from "../../src/model/batch.ts"
import { answerFeeds, causalLoss } from "../../src/model/causal.ts"
import { parameterFeeds } from "../../src/model/differentiate.ts"
import { encoder, headLogits, type Network, type Participant } from "../../src/model/encoder.ts"
import { withGradients } from "../../src/model/gradients.ts"
import { freshModule } from "../../src/model/initial.ts"
import { optimise } from "../../src/model/optimise.ts"
import { sequenceLoss, translationFeeds } from "../../src/model/sequence_to_sequence.ts"
import { initialsFor, trainable } from "../../src/model/single.ts"
import {
  crossEntropy,
  type HostTensor,
  input,
  nameOf,
  type Part,
  type Program,
  parameter,
  program,
  randomStream,
  type Tensor,
} from "../../src/plugin/index.ts"
import { engineOf } from "../../src/testing/toy_network.ts"
import type { Head } from "./networks.ts"

/** `trained`: gradients are those of float64, and the loss falls. `loads`: it computes, but one of these failed. */
export type Outcome =
  | { readonly kind: "trained" }
  | { readonly kind: "no site" }
  | { readonly kind: "loads" | "refused"; readonly why: string }

const random = randomStream(1, "models page")
const text = (length: number) => Int32Array.from({ length }, () => 4 + random.below(30))
const texts = [5, 2, 7, 3].map(text)
const answers = [2, 3, 1, 2].map(text)
const CLASSES = 3
const STEPS = 12

export const tried = async (open: () => Promise<Network>, { adapter, options }: Part, head: Head): Promise<Outcome> => {
  try {
    const network = await open()
    if (initialsFor(adapter, options, network.checkpoint.sites).size === 0) return { kind: "no site" }
    const start = freshModule(network, adapter, options, (name) => randomStream(2, name))
    const participant = trainable(adapter, options, network.checkpoint.sites, { training: true }, start)
    const { loss, feeds } = lossOf(network, participant, head)
    const names = program({ loss }).parameters.map(nameOf)
    return await trained(withGradients(loss, names), valuesOf(network, start, names), feeds)
  } catch (error) {
    return { kind: "refused", why: (error as Error).message }
  }
}

interface Setting {
  readonly loss: Tensor
  readonly feeds: Readonly<Record<string, HostTensor>>
}

const lossOf = (network: Network, participant: Participant, head: Head): Setting => {
  if (head === "next token") return { loss: causalLoss(network, participant), feeds: answerFeeds(texts, texts) }
  if (head === "answers")
    return { loss: sequenceLoss(network, participant), feeds: translationFeeds(network, texts, answers) }
  const { features, layout } = encoder(network, participant)
  const { width } = network.checkpoint
  const logits = headLogits(features, parameter("head/W", [width, CLASSES]), parameter("head/b", [CLASSES]))
  const labels = input("labels", ["examples"], "int", { of: "examples", layout })
  const classes = { shape: [texts.length], data: Int32Array.from(texts, (_, i) => i % CLASSES) }
  return { loss: crossEntropy(logits, labels), feeds: { ...packed(texts), labels: classes } }
}

/** The module as it begins, its head drawn: with a head of zeros no gradient would reach the module. */
const valuesOf = (
  { checkpoint }: Network,
  start: ReadonlyMap<string, HostTensor>,
  names: readonly string[],
): Map<string, Float32Array> => {
  const head = randomStream(3, "head")
  const drawn = (name: string) =>
    Float32Array.from({ length: name === "head/b" ? CLASSES : checkpoint.width * CLASSES }, () => 0.5 * head.normal())
  return new Map(names.map((name) => [name, Float32Array.from((start.get(name)?.data as Float32Array) ?? drawn(name))]))
}

const trained = async (
  step: Program,
  values: Map<string, Float32Array>,
  feeds: Readonly<Record<string, HostTensor>>,
): Promise<Outcome> => {
  const all = { ...feeds, ...parameterFeeds(step, values) }
  const exact = await (await engineOf("reference")).compile(step)
  const session = await (await engineOf("onnxruntime")).compile(step)
  try {
    if (step.noise.length === 0) {
      const off = gap(await session.run(all), await exact.run(all))
      if (!(off < 1e-3)) return { kind: "loads", why: `gradients are off by ${off} of their largest` }
    }
    const losses = await optimise({
      session,
      program: step,
      values,
      groups: [{ names: [...values.keys()], learningRate: 1e-2, weightDecay: 0 }],
      examples: 1,
      feeds: () => feeds,
      epochs: STEPS,
      batch: 1,
      schedule: "constant",
      warmUp: 0,
      order: randomStream(4, "order"),
      noise: randomStream(4, "noise"),
    })
    const [first, last] = [losses[0], losses[STEPS - 1]]
    return last < first ? { kind: "trained" } : { kind: "loads", why: `the loss went from ${first} to ${last}` }
  } finally {
    await session.release()
  }
}

type Outputs = Readonly<Record<string, HostTensor>>

/** Largest difference of any number, as a share of the largest number. */
const gap = (some: Outputs, exact: Outputs): number => {
  let [off, largest] = [0, 1e-6]
  for (const [name, { data }] of Object.entries(exact))
    data.forEach((value: number | bigint, i: number) => {
      off = Math.max(off, Math.abs(Number(some[name].data[i]) - Number(value)))
      largest = Math.max(largest, Math.abs(Number(value)))
    })
  return off / largest
}
