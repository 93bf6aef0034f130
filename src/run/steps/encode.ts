/** Pooled states of texts under one module, a routed library, or a shared model: what heads read, with the gates on the way. */

import { encoder, type Network } from "../../model/encoder.ts"
import { forwardAll, rowsOf, tokenOffsets } from "../../model/evaluate.ts"
import { flopsOf } from "../../model/flops.ts"
import { routed, watchedUnits } from "../../model/routed.ts"
import { unitsOf } from "../../model/routing_units.ts"
import { frozen } from "../../model/single.ts"
import type { EncodeComposed, EncodeRouted, StepOptions } from "../../plan/options/step_options.ts"
import type { Artifact, StoredArray } from "../../plan/step.ts"
import {
  type HostTensor,
  packedLayout,
  program,
  type Router,
  type Routing,
  type Tensor,
  type TokenIds,
} from "../../plugin/index.ts"
import type { Perform, Work } from "../work.ts"
import { flopsIn } from "./evaluation/evaluated.ts"
import { checkFinite } from "./finite.ts"
import { fittedTensors, libraryFrom, network, remembered, textsIn } from "./given.ts"
import { notServed, turnedDown } from "./not_served.ts"
import { placesAt } from "./places_at.ts"
import { frozenRows, outsideOfMemory, outsideOfTest } from "./query.ts"
import { servedLibrary } from "./routed_library.ts"
import { typicalSizes } from "./sizes.ts"
import { sharedModule } from "./training/strategy/module.ts"

export const encode: Perform = async (work) => {
  const options = work.options as unknown as StepOptions["encode"]
  const reason =
    options.what === "routed"
      ? turnedDown(work.input("fit"))
      : options.what === "composed"
        ? turnedDown(work.input("composed"))
        : options.what === "module"
          ? turnedDown(work.input("module"))
          : undefined
  if (reason !== undefined) return notServed(reason)
  const net = await network(work, options.backbone)
  if (options.what === "routed") return encodeRouted(work, net, options)
  if (options.what === "composed") return encodeComposed(work, net, options)
  if (options.what === "module") {
    const [module] = await libraryFrom(work, [work.input("module")])
    return run(
      work,
      textsIn(work.input("blind"), "test"),
      { features: encoder(net, frozen(module)).features },
      "a module",
    )
  }
  const all = textsIn(work.input("blind"), "test")
  const { texts, indices } =
    options.stage === undefined ? { texts: all, indices: Int32Array.from(all, (_, i) => i) } : stageTexts(work)
  const { network: own, participant, reads, represent } = await sharedModule(work, net, work.input("shared"))
  const outputs = { features: represent(encoder(own, participant).features) }
  if (!reads) return run(work, texts, outputs, "the shared module")
  const features = work.input("features")
  const encoded = await run(work, texts, outputs, "the shared module", rowsOf(frozenRows(features, reads), indices))
  return { ...encoded, json: { flops: flopsIn(encoded) + flopsIn(features) } }
}

/** The test set of a stage, or the memory, under the module that a composition made. */
const encodeComposed = async (work: Work, net: Network, { on }: EncodeComposed): Promise<Artifact> => {
  const [module] = await libraryFrom(work, [work.input("composed")])
  const texts =
    on === "test" ? stageTexts(work).texts : remembered(work.inputs("tokens"), work.inputs("memories")).texts
  return run(work, texts, { features: encoder(net, frozen(module)).features }, "the composed module")
}

/** Texts of the mixed test set that a stage has, and their places in it. */
const stageTexts = (work: Work): { readonly texts: readonly TokenIds[]; readonly indices: Int32Array } => {
  const all = textsIn(work.input("blind"), "test")
  const indices = placesAt(work)
  return { texts: Array.from(indices, (i) => all[i]), indices }
}

const encodeRouted = async (work: Work, net: Network, options: EncodeRouted): Promise<Artifact> => {
  const router = await work.plugin<Router>("router", options.router.plugin, options.router.from)
  const library = await servedLibrary(work, router, options.router.options, net.checkpoint.sites)
  const routing = router.routing(options.router.options)
  const layout = packedLayout()
  const route = routed(
    {
      router,
      options: options.router.options,
      library,
      sites: net.checkpoint.sites,
      firstPass: (first) => encoder(net, {}, false, first).hidden,
    },
    net.checkpoint.width,
    layout,
    fittedTensors(work.input("fit")),
    { training: false },
  )
  const { features } = encoder(net, route.participant, false, layout)
  const units = unitsOf(routing, library, net.checkpoint.sites)
  const outputs: Record<string, Tensor> = { features, ...watchedUnits(route.gates, units, library.length) }
  for (const unit of options.keepGates ? units : []) {
    const gates = route.gates.get(unit)
    if (gates?.rows?.of === "tokens") outputs[`tokens/${unit}`] = gates
  }
  const { texts, query } =
    options.on === "test" ? testTexts(work, routing, options) : memoryTexts(work, routing, options)
  return run(work, texts, outputs, `the router "${router.name}"`, query)
}

interface Rows {
  readonly texts: readonly TokenIds[]
  readonly query?: HostTensor
}

const testTexts = (work: Work, routing: Routing, { seed }: { readonly seed: number }): Rows => {
  const { texts, indices } = stageTexts(work)
  return { texts, query: outsideOfTest(work, routing, indices, seed) }
}

const memoryTexts = (work: Work, routing: Routing, { seed }: { readonly seed: number }): Rows => {
  const memory = remembered(work.inputs("tokens"), work.inputs("memories"))
  return { texts: memory.texts, query: outsideOfMemory(work, routing, memory, seed) }
}

const run = async (
  work: Work,
  texts: readonly TokenIds[],
  outputs: Readonly<Record<string, Tensor>>,
  of: string,
  query?: HostTensor,
): Promise<Artifact> => {
  const forward = program(outputs)
  const perToken = new Set(Object.keys(outputs).filter((name) => name.startsWith("tokens/")))
  const session = await (await work.engine()).compile(forward)
  try {
    const arrays: Record<string, HostTensor> = await forwardAll({
      session,
      texts,
      perToken,
      ...(query ? { extra: (batch) => ({ query: rowsOf(query, batch) }) } : {}),
      onProgress: (done) => work.progress(done),
    })
    checkFinite(arrays, of)
    if (perToken.size > 0) arrays["token offsets"] = { shape: [texts.length + 1], data: tokenOffsets(texts) }
    return {
      json: { flops: flopsOf(forward, typicalSizes(texts)) },
      arrays: arrays as unknown as Record<string, StoredArray>,
    }
  } finally {
    await session.release()
  }
}
