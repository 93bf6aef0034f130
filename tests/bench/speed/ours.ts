/** Our side of a row: a program compiled once, then run on call. Runs inside a worker (`seat.ts`), as steps of a run do. */
import bert from "../../../plugins/backbones/bert/index.ts"
import onnxruntime from "../../../plugins/backends/onnxruntime/index.ts"
import l2r from "../../../plugins/routers/l2r.ts"
import { equallyLong } from "../../../src/model/batch.ts"
import { encoder, headLogits } from "../../../src/model/encoder.ts"
import { forwardAll } from "../../../src/model/evaluate.ts"
import { flopsOf } from "../../../src/model/flops.ts"
import { withGradients } from "../../../src/model/gradients.ts"
import { drawn } from "../../../src/model/initial.ts"
import { bySite, type TrainedModule } from "../../../src/model/library.ts"
import { optimise, textFeeds } from "../../../src/model/optimise.ts"
import { partsOf, tokensAtOnce } from "../../../src/model/parts.ts"
import { routed } from "../../../src/model/routed.ts"
import { unitsOf } from "../../../src/model/routing_units.ts"
import { frozen, initialsFor, trainable } from "../../../src/model/single.ts"
import { decoded } from "../../../src/plan/chosen.ts"
import {
  type Adapter,
  crossEntropy,
  type Engine,
  type HostTensor,
  input,
  type Program,
  packedLayout,
  parameter,
  program,
  randomStream,
  type Session,
  type TokenIds,
  weight,
} from "../../../src/plugin/index.ts"
import { loadPlugin } from "../../../src/plugin/load.ts"
import { typicalSizes } from "../../../src/run/steps/sizes.ts"
import { decoder } from "./decoder.ts"
import { jax } from "./jax.ts"
import type { Job, Prepared } from "./job.ts"
import { peak } from "./peak.ts"
import { plain } from "./plain.ts"

/** `engine`: one that profiles, in the place of onnxruntime's. */
export const prepare = async (job: Job, engine?: Engine): Promise<Prepared> => {
  if (job.what === "peak") return peak(job.threads)
  if (job.what === "plain") return { run: await plain(job), flops: 0 }
  if (job.what === "jax") return { run: await jax(job, job.exported!), flops: 0 }
  const opened =
    engine ?? (await onnxruntime.open({ threads: job.threads, provider: "cpu", weights: job.weights ?? "float32" }))
  return job.what === "causal" || job.what === "generation" ? decoder(job, opened) : bertJob(job, opened)
}

const bertJob = async (job: Job, engine: Engine): Promise<Prepared> => {
  const checkpoint = await bert.load(
    job.model,
    decoded(bert.options, { pooling: job.pooling, max_tokens: 128 }, "backbone") as never,
    {
      directory: process.cwd(),
    },
  )
  const net = { backbone: bert, checkpoint }
  const adapter = (await loadPlugin("adapter", job.adapter)) as Adapter
  const options = decoded(adapter.options, job.options, "adapter")
  const texts = job.texts.map((ids) => Int32Array.from(ids))
  const random = randomStream(1, "bench")
  const initials = initialsFor(adapter, options, checkpoint.sites)
  const module = (k: number): TrainedModule => {
    const sites = bySite(
      [...initials].map(([name, initial]): [string, HostTensor] => {
        const stream = randomStream(k, "module", name)
        const { shape } = drawn(initial, stream)
        const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 0.02 * stream.normal())
        return [name, { shape, data }]
      }),
    )
    const head = {
      W: { shape: [checkpoint.width, 1], data: new Float32Array(checkpoint.width) },
      b: { shape: [1], data: new Float32Array(1) },
    }
    return { task: String(k), adapter, options, sites, head }
  }
  if (job.what === "evaluation") {
    const forward = program({ features: encoder(net, frozen(module(0))).features })
    return passes(await engine.compile(forward), forward, texts, job.batch)
  }
  if (job.what === "routed") {
    const library = Array.from({ length: job.modules as number }, (_, k) => module(k))
    const layout = packedLayout()
    const router = decoded(l2r.options, {}, "router") as never
    const units = new Map(
      unitsOf(l2r.routing(router), library, checkpoint.sites).map((unit) => [
        unit,
        Object.fromEntries(
          Object.entries(l2r.parameters!({ width: checkpoint.width, modules: library.length }, router)).map(
            ([name, initial]) => [name, weight(`${unit}/${name}`, drawn(initial, random))],
          ),
        ),
      ]),
    )
    const route = routed(
      { router: l2r, options: router, library, sites: checkpoint.sites },
      checkpoint.width,
      layout,
      (unit) => units.get(unit)!,
      { training: false },
    )
    const forward = program({ features: encoder(net, route.participant, false, layout).features })
    return passes(await engine.compile(forward), forward, texts, job.batch)
  }
  const values = new Map([...initials].map(([name, initial]) => [name, drawn(initial, random).data as Float32Array]))
  values.set("head/W", new Float32Array(checkpoint.width * job.classes))
  values.set("head/b", new Float32Array(job.classes))
  const trace = encoder(net, trainable(adapter, options, checkpoint.sites, { training: true }))
  const logits = headLogits(
    trace.features,
    parameter("head/W", [checkpoint.width, job.classes]),
    parameter("head/b", [job.classes]),
  )
  const training = withGradients(
    crossEntropy(logits, input("labels", ["examples"], "int", { of: "examples", layout: trace.layout })),
    [...values.keys()],
  )
  const session = await engine.compile(training, { fewShapes: equallyLong(texts) })
  const atOnce = tokensAtOnce(checkpoint.sites, values)
  const run = async (times: number): Promise<void> => {
    const many = Array.from({ length: times * job.batch }, (_, i) => texts[i % texts.length])
    const labels = Int32Array.from(many, (_, i) => i % job.classes)
    await optimise({
      session,
      program: training,
      values,
      groups: [{ names: [...values.keys()], learningRate: 1e-3, weightDecay: 0.01 }],
      examples: many.length,
      feeds: (batch) => textFeeds(many, labels, batch),
      parts: (batch) => partsOf(many, batch, atOnce),
      epochs: 1,
      batch: job.batch,
      schedule: "constant",
      warmUp: 0,
      order: random,
      noise: random,
    })
  }
  return { run, flops: job.batch * flopsOf(training, typicalSizes(texts)) }
}

const passes = (session: Session, forward: Program, texts: readonly TokenIds[], chunk: number): Prepared => ({
  run: async (times) => {
    for (let k = 0; k < times; k++) await forwardAll({ session, texts, chunk })
  },
  flops: texts.length * flopsOf(forward, typicalSizes(texts)),
})
