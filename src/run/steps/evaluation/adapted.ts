/**
 * A shared model that is adapted to each test text alone, on the remembered texts that are nearest to it by frozen features: some
 * steps of gradient descent from where training left it.
 */
import { type Feeds, packed } from "../../../model/batch.ts"
import { parameterFeeds } from "../../../model/differentiate.ts"
import type { Network } from "../../../model/encoder.ts"
import { flopsOf } from "../../../model/flops.ts"
import { withGradients } from "../../../model/gradients.ts"
import { textFeeds } from "../../../model/optimise.ts"
import { Sgd } from "../../../model/sgd.ts"
import type { Artifact } from "../../../plan/step.ts"
import {
  type Adaptation,
  crossEntropies,
  type HostTensor,
  input,
  nameOf,
  overExamples,
  packedLayout,
  parameter,
  program,
  type Session,
  type Strategy,
} from "../../../plugin/index.ts"
import type { Work } from "../../work.ts"
import { type Chosen, type ChosenBackbone, jointColumns, network, remembered, textsIn } from "../given.ts"
import { placesAt } from "../places_at.ts"
import { frozenRows, frozenRowsOfMemory } from "../query.ts"
import { typicalSizes } from "../sizes.ts"
import { bodyOf } from "../training/strategy/body.ts"
import { checkedLoss } from "../training/strategy/formulas.ts"
import { headOf } from "../training/strategy/joint_head.ts"
import { adapterOf, arraysOf, representedOf, trainedIn } from "../training/strategy/module.ts"
import { evaluated } from "./evaluated.ts"
import { nearestRows } from "./neighbours.ts"
import { withoutUnseen } from "./unseen.ts"

export interface AdaptedOptions {
  readonly backbone: ChosenBackbone
  readonly strategy: Chosen
  readonly stage: number
  readonly scenario?: "domain_incremental"
}

export const adapted = async (work: Work, options: AdaptedOptions): Promise<Artifact> => {
  const strategy = await work.plugin<Strategy>("strategy", options.strategy.plugin, options.strategy.from)
  const adaptation = strategy.adapts!(options.strategy.options)
  const net = await network(work, options.backbone)
  const tokens = work.inputs("tokens")
  const columns = jointColumns(tokens, options.scenario === "domain_incremental")
  const memory = remembered(tokens, work.inputs("memories"))
  const labels = memory.labels.map((label) => columns[label])
  const indices = placesAt(work)
  const all = textsIn(work.input("blind"), "test")
  const query = { query: adaptation.query }
  const near = nearestRows(
    frozenRows(work.input("testFeatures"), query),
    indices,
    frozenRowsOfMemory(work.inputs("features"), query, memory.task, memory.index),
    adaptation.neighbours,
  )
  const model = await formulas(work, net, strategy, adaptation)
  const engine = await work.engine()
  const [step, answer] = [await engine.compile(model.step), await engine.compile(model.answer)]
  const logits = new Float32Array(indices.length * columns.length)
  try {
    for (const [row, i] of indices.entries()) {
      const feeds = textFeeds(memory.texts, labels, near(row))
      const values = await descended(step, { ...feeds, ...model.start }, model, adaptation)
      const found = await answer.run({ ...packed([all[i]]), ...parameterFeeds(model.answer, values) })
      logits.set(
        Float32Array.from(columns, (column) => Number(found.logits.data[column])),
        row * columns.length,
      )
      work.progress((row + 1) / indices.length, `text ${row + 1}/${indices.length}`)
    }
  } finally {
    await step.release()
    await answer.release()
  }
  const sizes = typicalSizes(Array.from(indices, (i) => all[i]))
  const own = flopsOf(model.answer, sizes)
  const neighbours = Math.min(adaptation.neighbours, memory.texts.length)
  const adapting = flopsOf(model.step, { ...sizes, tokens: neighbours * sizes.tokens, examples: neighbours })
  return evaluated(
    withoutUnseen(logits, columns, work.input("shared")),
    indices.length,
    own + adaptation.steps * adapting,
  )
}

type Formulas = Awaited<ReturnType<typeof formulas>>

/** A step of the adaptation and the answer after it, with the values from which both start. */
const formulas = async (work: Work, net: Network, strategy: Strategy, { loss }: Adaptation) => {
  const shared = work.input("shared")
  const arrays = arraysOf(shared)
  const { head = "linear" } = shared.json as { readonly head?: { readonly cosine: number } }
  const adapter = await adapterOf(work, shared)
  const represented = await representedOf(work, shared)
  const body = { ...bodyOf(net, adapter, { arrays }, { training: false }), ...(represented && { represented }) }
  const own = trainedIn(net, adapter, arrays, head, represented)
  const layout = packedLayout()
  const { logits } = headOf(body, head, arrays, { layout })
  // Arrays that only the loss of the training reads have no part in an answer.
  const read = new Set(program({ logits }).parameters.map(nameOf))
  const names = own.filter((name) => read.has(name) || !name.startsWith("head/"))
  const labels = input("labels", ["examples"], "int", { of: "examples", layout })
  const leaves = (leaf: (name: string, shape: readonly number[]) => ReturnType<typeof parameter>) =>
    Object.fromEntries(names.map((name) => [name, leaf(name, arrays.get(name)!.shape)]))
  const given = loss({
    crossEntropy: () => crossEntropies(logits, labels),
    neighbours: (x) => overExamples(x),
    trained: leaves(parameter),
    start: leaves((name, shape) => input(`start/${name}`, shape)),
  })
  const adapting = checkedLoss(strategy, given, names, "adapts")
  const begun = new Map([...arrays].map(([name, { data }]) => [name, data as Float32Array]))
  const start: Record<string, HostTensor> = {}
  for (const name of names) start[`start/${name}`] = arrays.get(name)!
  return { step: withGradients(adapting, names), answer: program({ logits }), names, begun, start }
}

/** The values after all steps, by name. */
const descended = async (
  session: Session,
  feeds: Feeds,
  { step, names, begun }: Formulas,
  { steps, learningRate, momentum = 0 }: Adaptation,
): Promise<ReadonlyMap<string, Float32Array>> => {
  const values = new Map([...begun].map(([name, data]) => [name, names.includes(name) ? data.slice() : data]))
  const descent = new Sgd(momentum)
  const groups = [{ names, learningRate, weightDecay: 0 }]
  for (let n = 0; n < steps; n++) {
    const found = await session.run({ ...feeds, ...parameterFeeds(step, values) })
    descent.step(groups, values, (name) => found[`gradient/${name}`].data as Float32Array, 1)
  }
  return values
}
