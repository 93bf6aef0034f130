/** Checks of strategies that adapt their model to each test text: it is adapted to that text alone, and stays as it was for the next. */
import assert from "node:assert/strict"
import type { Artifact } from "../plan/step.ts"
import { textsIn } from "../run/steps/given.ts"
import type { Check } from "./check.ts"
import { assertNear, gap } from "./nearness.ts"
import { rowsOf } from "./routed_stream.ts"
import { toyBench } from "./router_bench.ts"
import { type StrategySetting, trainedTo } from "./strategy_stream.ts"
import { blindOf, type ToyStream } from "./toy_stream.ts"
import { type Bench, backbone, perform } from "./work.ts"

/** Kernels choose their code by the number of rows. */
const ALONE = 1e-5

/** Logits of some test texts at the last stage. */
const logitsOf = async (
  bench: Bench,
  { strategy, options }: StrategySetting,
  { tokens, memories, features, blind }: ToyStream,
  shared: Artifact,
  places: readonly number[],
): Promise<Artifact> => {
  const all = textsIn(blind, "test")
  const some = blindOf(
    places.map((i) => all[i]),
    tokens.length,
  )
  const testFeatures = await perform(bench, "features", { backbone, split: "test" }, { texts: some })
  return perform(
    bench,
    "evaluate",
    { how: "adapted", backbone, strategy: { plugin: strategy.name, options }, stage: tokens.length - 1, seed: 1 },
    { shared, blind: some, tokens, memories, features, testFeatures },
  )
}

export const adaptationChecks = (setting: StrategySetting): readonly Check[] => {
  const made = async () => {
    const { bench, stream } = await toyBench(setting.strategy)
    const shared = (await trainedTo(bench, setting, stream, 2))[2]
    return { bench, stream, shared, every: textsIn(stream.blind, "test").map((_, i) => i) }
  }

  const alone: Check["run"] = async () => {
    const { bench, stream, shared, every } = await made()
    const all = (await logitsOf(bench, setting, stream, shared, every)).arrays.logits
    for (const some of [[4], [7, 2]]) {
      const found = (await logitsOf(bench, setting, stream, shared, some)).arrays.logits
      assertNear(found, rowsOf(all, some), ALONE, `logits of the texts ${some.join(", ")} alone`)
    }
  }

  const moves: Check["run"] = async () => {
    const { bench, stream, shared, every } = await made()
    const still = {
      ...setting,
      strategy: {
        ...setting.strategy,
        adapts: (options: unknown) => ({ ...setting.strategy.adapts!(options), steps: 0 }),
      },
    }
    const before = { ...bench, plugins: [still.strategy] }
    const [own, other] = [
      await logitsOf(bench, setting, stream, shared, every),
      await logitsOf(before, still, stream, shared, every),
    ]
    assert.ok(gap(own.arrays.logits, other.arrays.logits) > 1e-6, "the adaptation changes no logit")
  }

  return [
    { name: "the model is adapted to each text by itself", run: alone },
    { name: "the adaptation changes what the model says", run: moves },
  ]
}
