/** A composition on a toy stream by the steps of a run: composed, then the mixed test set under the one module. */

import type { CompositionError } from "../learning/results.ts"
import { drawn, originsOf } from "../model/initial.ts"
import { initialsFor } from "../model/single.ts"
import type { Artifact, StoredArray } from "../plan/step.ts"
import { type Adapter, type Composition, randomStream } from "../plugin/index.ts"
import { adapterIn } from "../run/steps/adapter.ts"
import { informationOf, taskOf } from "./fisher.ts"
import type { ToyStream } from "./toy_stream.ts"
import { type Bench, backbone, perform, workOf } from "./work.ts"

export interface ComposedSetting {
  readonly composition: Composition
  readonly options: unknown
}

/** The modules as if all had started from the same draws. */
const alike = (module: Artifact): Artifact => ({
  ...module,
  json: { ...(module.json as object), initialisation: "shared" } as never,
})

export const composed = async (
  bench: Bench,
  { composition, options }: ComposedSetting,
  { modules, tokens }: Pick<ToyStream, "modules" | "tokens">,
): Promise<Artifact> => {
  const fisher = await informationOf(bench, composition.fisher?.(options), modules, tokens)
  const own = { backbone, composition: { plugin: composition.name, options }, tasks: modules.map(taskOf), seed: 1 }
  return perform(bench, "compose", own, { modules: modules.map(alike), fisher, tokens })
}

export const errorIn = ({ json }: Artifact): CompositionError =>
  (json as unknown as { readonly composition: CompositionError }).composition

/** States of the test texts under a composed module. */
export const featuresUnder = async (bench: Bench, stream: ToyStream, module: Artifact): Promise<StoredArray> => {
  const options = { what: "composed", backbone, stage: 0, on: "test", seed: 1 }
  return (await perform(bench, "encode", options, { composed: module, blind: stream.blind })).arrays.features
}

/** States under the frozen network alone. */
export const frozenFeatures = async (bench: Bench, stream: ToyStream): Promise<StoredArray> =>
  (await perform(bench, "features", { backbone, split: "test" }, { texts: stream.blind })).arrays.mean

/** A module that has learnt nothing: its parameters are their origins, or as they were drawn where they start from chance. */
export const unlearnt = async (bench: Bench, module: Artifact): Promise<Artifact> => {
  const { adapter: chosen } = module.json as unknown as { readonly adapter: { plugin: string; options: unknown } }
  const adapter: Adapter = await adapterIn(workOf(bench, {}, {}), chosen)
  const origins = originsOf(bench.network, adapter, chosen.options)
  const initials = initialsFor(adapter, chosen.options, bench.network.checkpoint.sites)
  const start = [...initials].map(([name, initial]) => [
    name,
    origins.get(name) ?? drawn(initial, randomStream(3, taskOf(module), name)),
  ])
  return { ...module, arrays: { ...module.arrays, ...(Object.fromEntries(start) as Artifact["arrays"]) } }
}
