/** Jobs of a decoder with LoRA: a step of causal language modelling, and what it writes after prompts. */
import llama from "../../../plugins/backbones/llama.ts"
import { AdamW } from "../../../src/model/adamw.ts"
import { equallyLong } from "../../../src/model/batch.ts"
import { answerFeeds, causalStep } from "../../../src/model/causal.ts"
import { flopsOf } from "../../../src/model/flops.ts"
import { generator } from "../../../src/model/generation.ts"
import { drawn } from "../../../src/model/initial.ts"
import { initialsFor, trainable } from "../../../src/model/single.ts"
import { decoded } from "../../../src/plan/chosen.ts"
import { type Adapter, type Engine, randomStream } from "../../../src/plugin/index.ts"
import { loadPlugin } from "../../../src/plugin/load.ts"
import { typicalSizes } from "../../../src/run/steps/sizes.ts"
import type { Job, Prepared } from "./job.ts"

/** New tokens of each text in a pass of generation. */
export const WRITTEN = 64

export const decoder = async (job: Job, engine: Engine): Promise<Prepared> => {
  const options = decoded(llama.options, { max_tokens: 512 }, "backbone") as never
  const checkpoint = await llama.load(job.model, options, { directory: process.cwd() })
  const network = { backbone: llama, checkpoint }
  const adapter = (await loadPlugin("adapter", job.adapter)) as Adapter
  const chosen = decoded(adapter.options, job.options, "adapter")
  const random = randomStream(1, "bench")
  const initials = initialsFor(adapter, chosen, checkpoint.sites)
  const values = new Map([...initials].map(([name, initial]) => [name, drawn(initial, random).data as Float32Array]))
  const parameters = Object.fromEntries(
    [...initials].map(([name, { shape }]) => [name, { shape, data: values.get(name) as Float32Array }]),
  )
  const texts = job.texts.map((ids) => Int32Array.from(ids))
  if (job.what === "generation") {
    const attached = trainable(adapter, chosen, checkpoint.sites, { training: false })
    const writer = generator(engine, network, () => attached, parameters)
    const run = async (times: number): Promise<void> => {
      for (let k = 0; k < times; k++) await writer.greedy(texts.slice(0, job.batch), { newTokens: WRITTEN })
    }
    return { run, flops: 0 }
  }
  const step = causalStep(network, adapter, chosen)
  const session = await engine.compile(step, { fewShapes: equallyLong(texts) })
  const optimiser = new AdamW()
  const groups = [{ names: [...values.keys()], learningRate: 1e-3, weightDecay: 0.01 }]
  const run = async (times: number): Promise<void> => {
    for (let k = 0; k < times; k++) {
      const batch = Array.from({ length: job.batch }, (_, i) => texts[(k * job.batch + i) % texts.length])
      const outputs = await session.run({ ...answerFeeds(batch, batch), ...parameters })
      optimiser.step(groups, values, (name) => outputs[`gradient/${name}`].data as Float32Array, 1)
    }
  }
  const sizes = typicalSizes(texts)
  return { run, flops: job.batch * flopsOf(step, { ...sizes, answers: sizes.tokens - 1 }) }
}
