/**
 * What a language model says of test texts: the surprise of each, what its gates chose; and the surprise again with shares of
 * its experts pruned, those that the training texts of the same tasks choose least, and as many by chance.
 */
import { expertShares } from "../../../learning/expert_use.ts"
import type { Network } from "../../../model/encoder.ts"
import { expertsOf, keptExperts, survivors } from "../../../model/experts.ts"
import { type Reading, readTexts } from "../../../model/language_model.ts"
import type { ReadOptions } from "../../../plan/options/step_options.ts"
import type { Json, StoredArray } from "../../../plan/step.ts"
import { type Backbone, randomStream, type Task } from "../../../plugin/index.ts"
import { type Perform, StepError } from "../../work.ts"
import { modelIn } from "./language_model.ts"

/** A model with some experts pruned. */
export interface Pruned {
  readonly share: number
  readonly by: "activation" | "chance"
  readonly parameters: number
  readonly experts: number
  /** The largest share of a gate's choices that an expert had that was dropped; of activation. */
  readonly threshold?: number
}

/** The JSON of the artifact; its arrays: "surprise", "predicted" [texts], "chosen/<gate>" [texts, experts], "pruned/<n>" [texts]. */
export interface ReadJson {
  readonly parameters: number
  readonly gates: readonly { readonly name: string; readonly experts: number; readonly k: number }[]
  readonly pruned: readonly Pruned[]
}

export const read: Perform = async (work) => {
  const { family, prune, seed } = work.options as unknown as ReadOptions
  const backbone = await work.plugin<Backbone>("backbone", family.plugin, family.from)
  const net = modelIn(backbone, work.input("model"))
  const engine = await work.engine()
  const tasks = work.inputs("dataset").map(({ json }) => json as unknown as Task)
  const tokens = (split: "train" | "test") =>
    backbone.tokenize(
      tasks.flatMap((task) => task[split].map(({ text }) => text)),
      net.checkpoint,
    )
  const test = tokens("test")
  const passes = 1 + 2 * prune.length
  const read = (of: Network, pass: number) =>
    readTexts(engine, of, test, (done) => work.progress((pass + done) / passes, "reading"))
  const whole = await read(net, 0)
  const layers = expertsOf(net)
  if (prune.length > 0 && layers.length === 0)
    throw new StepError(
      `the language model has no experts that could be pruned: its family is ${backbone.name}`,
      "take `prune` out of the study, or a family with experts, such as moduleformer",
    )
  const rates = prune.length > 0 ? shares(await readTexts(engine, net, tokens("train"))) : []
  const chance = layers.map(({ name, count }) => {
    const random = randomStream(seed, "pruning", name)
    return Float64Array.from({ length: count }, () => random.uniform())
  })
  const pruned: Pruned[] = []
  const arrays: Record<string, StoredArray> = {}
  for (const share of prune)
    for (const by of ["activation", "chance"] as const) {
      const kept = survivors(layers, (layer) => (by === "activation" ? rates : chance)[layer], share)
      const checkpoint = keptExperts(net, kept)
      const { surprise } = await read({ backbone, checkpoint }, 1 + pruned.length)
      arrays[`pruned/${pruned.length}`] = { shape: [surprise.length], data: surprise }
      const dropped = layers.flatMap(({ name }, layer) =>
        Array.from(rates[layer]).filter((_, expert) => !kept.get(name)!.includes(expert)),
      )
      pruned.push({
        share,
        by,
        parameters: checkpoint.parameters,
        experts: [...kept.values()].reduce((sum, { length }) => sum + length, 0),
        ...(by === "activation" ? { threshold: Math.max(0, ...dropped) } : {}),
      })
    }
  return {
    json: {
      parameters: net.checkpoint.parameters,
      gates: layers.map(({ name, count, k }) => ({ name, experts: count, k })),
      pruned,
    } satisfies ReadJson as unknown as Json,
    arrays: {
      ...arrays,
      surprise: { shape: [test.length], data: whole.surprise },
      predicted: { shape: [test.length], data: whole.predicted },
      ...ofGates(whole, layers),
    },
  }
}

const ofGates = ({ chosen }: Reading, layers: ReturnType<typeof expertsOf>) =>
  Object.fromEntries(
    chosen.map((data, gate): [string, StoredArray] => [
      `chosen/${gate}`,
      { shape: [data.length / layers[gate].count, layers[gate].count], data },
    ]),
  )

/** By gate: the share of each expert in all choices, [experts]. */
const shares = (reading: Reading): readonly Float64Array[] => {
  const once = new Int32Array(reading.predicted.length).fill(1)
  return reading.chosen.map((_, gate) => expertShares(reading, gate, once))
}
