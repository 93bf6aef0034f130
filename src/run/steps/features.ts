/** Pooled states of the frozen backbone: what similarity routers, probes and the base model read. */

import { encoder } from "../../model/encoder.ts"
import { forwardAll } from "../../model/evaluate.ts"
import { flopsOf } from "../../model/flops.ts"
import type { FeaturesOptions } from "../../plan/options/step_options.ts"
import type { StoredArray } from "../../plan/step.ts"
import { pool, program } from "../../plugin/index.ts"
import type { Perform } from "../work.ts"
import { unitFeatures } from "./fit/unit_features.ts"
import { network, textsIn } from "./given.ts"
import { typicalSizes } from "./sizes.ts"

/** Of a task's training texts, or of the mixed test set: arrays "mean" and "cls", [texts, width]. */
export const features: Perform = async (work) => {
  const { backbone, split, units } = work.options as unknown as FeaturesOptions
  const net = await network(work, backbone)
  if (units) return unitFeatures(work, net, units)
  const texts = textsIn(work.input("texts"), split)
  const { hidden } = encoder(net)
  const forward = program({ mean: pool("mean", hidden), cls: pool("cls", hidden) })
  const session = await (await work.engine()).compile(forward)
  try {
    const outputs = await forwardAll({ session, texts, onProgress: (done) => work.progress(done) })
    return {
      json: { flops: flopsOf(forward, typicalSizes(texts)) },
      arrays: outputs as unknown as Record<string, StoredArray>,
    }
  } finally {
    await session.release()
  }
}
