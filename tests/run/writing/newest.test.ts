/** Routers that are fitted on the newest task where texts are answered in words: the loss is that of its answers alone, and SAPT reflects on samples. */
import assert from "node:assert/strict"
import { test } from "node:test"
import sapt from "../../../plugins/routers/sapt.ts"
import { answeringLayout, answerLoss, pairFeeds } from "../../../src/model/answers.ts"
import type { Network } from "../../../src/model/encoder.ts"
import { routed } from "../../../src/model/routed.ts"
import type { Artifact, StoredArray } from "../../../src/plan/step.ts"
import {
  type Initial,
  program,
  type Router,
  randomStream,
  Schema,
  type TokenIds,
  weight,
} from "../../../src/plugin/index.ts"
import { fitExamples } from "../../../src/run/steps/fit/examples.ts"
import { fitObjective } from "../../../src/run/steps/fit/objective.ts"
import { libraryFrom, storedTexts } from "../../../src/run/steps/given.ts"
import { TRAIN } from "../../../src/testing/strategy_stream.ts"
import { backbone, perform, workOf } from "../../../src/testing/work.ts"
import { tinyDecoder } from "../../model/decoders.ts"
import { tinyT5 } from "../../model/encoder_decoders.ts"
import { engines } from "../../model/golden.ts"

const router: Router = sapt
const options = Schema.decodeUnknownSync(router.options)({ projection: 3 } as never)
const routing = router.routing(options)
const LORA = { plugin: "lora", options: { rank: 2, alpha: 4, dropout: 0, targets: ["query", "value"] } }
const whole = (values: readonly number[]): StoredArray => ({ shape: [values.length], data: Int32Array.from(values) })

interface Pairs {
  readonly texts: readonly TokenIds[]
  readonly answers: readonly TokenIds[]
}
const pairs = (seed: number): Pairs => {
  const random = randomStream(seed, "pairs")
  const text = (least: number) => Int32Array.from({ length: least + random.below(4) }, () => 3 + random.below(20))
  return { texts: Array.from({ length: 5 }, () => text(2)), answers: Array.from({ length: 5 }, () => text(1)) }
}
const artifactOf = ({ texts, answers }: Pairs): Artifact => ({
  json: { labels: ["answer"] },
  arrays: {
    ...storedTexts("train", texts),
    ...storedTexts("train/answers", answers),
    "train/labels": whole(texts.map(() => 0)),
    ...storedTexts("validation", []),
    ...storedTexts("validation/answers", []),
  },
})
const TASKS = [pairs(1), pairs(2)]
const tokens = TASKS.map(artifactOf)
const SAMPLES = [pairs(3), pairs(4)]
/** As they are written. */
const written = (all: Pairs): Artifact => {
  const { json, arrays } = artifactOf(all)
  return { json, arrays: { ...arrays, ...storedTexts("train/samples", all.answers) } }
}
const networks: Readonly<Record<string, () => Promise<Network>>> = {
  "the tiny Llama": () => tinyDecoder("llama"),
  "the tiny T5": () => tinyT5("gated"),
}

for (const [name, load] of Object.entries(networks)) {
  const bench = async () => ({ network: await load(), engine: await engines.reference() })
  const modules = async (): Promise<readonly Artifact[]> => {
    const own = await bench()
    return Promise.all(
      tokens.map((one, t) =>
        perform(
          own,
          "module",
          { backbone, adapter: LORA, train: TRAIN, task: `task ${t}`, seed: 1, head: "text" },
          { tokens: one },
        ),
      ),
    )
  }
  const asked = {
    backbone,
    router: { plugin: "sapt", options },
    name: "sapt",
    head: "none",
    fitting: { epochs: 3, batch: 4, learning_rate: 1e-2, head_learning_rate: 1e-2 },
    seed: 1,
  }
  const stages = async (memories: readonly Artifact[]): Promise<readonly Artifact[]> => {
    const [own, trained] = [await bench(), await modules()]
    const first = await perform(own, "fit", asked, {
      modules: trained.slice(0, 1),
      tokens: tokens.slice(0, 1),
      memories: memories.slice(0, 1),
      previous: [],
    })
    const second = await perform(own, "fit", asked, { modules: trained, tokens, memories, previous: [first] })
    return [first, second]
  }

  test(`${name}: the loss of the task is that of the answers of the newest texts of a batch`, async () => {
    const own = await bench()
    const trained = await modules()
    const work = workOf(own, {}, { tokens, memories: SAMPLES.map(written), modules: trained })
    const examples = fitExamples(work, routing, router.fit!(options), 1)
    assert.deepEqual([...examples.newest], [0, 0, 0, 0, 0, 1, 1, 1, 1, 1])
    const library = await libraryFrom(work, trained)
    const { network } = own
    const random = randomStream(1, "router")
    const values = Object.entries<Initial>(
      router.parameters!({ width: network.checkpoint.width, modules: 2 }, options),
    ).map(
      ([key, { shape }]) =>
        [
          key,
          {
            shape,
            data: Float32Array.from({ length: shape.reduce((a: number, b: number) => a * b, 1) }, () =>
              random.normal(),
            ),
          },
        ] as const,
    )
    const tensors = () => Object.fromEntries(values.map(([key, value]) => [key, weight(key, value)]))
    const to = { net: network, router, options, library, examples, head: "none", tensors, training: false } as const
    const { loss, feeds } = fitObjective(to)
    const found = await (await own.engine.compile(program({ loss }))).run(feeds(Int32Array.of(1, 6, 3, 8)))
    const { sites, width } = network.checkpoint
    const layout = answeringLayout(network)
    const { participant } = routed({ router, options, library, sites }, width, layout, tensors, { training: false })
    const alone = await own.engine.compile(program({ loss: answerLoss(network, participant, { layout }) }))
    const newest = [1, 3]
    const expected = await alone.run(
      pairFeeds(
        network,
        newest.map((i) => TASKS[1].texts[i]),
        newest.map((i) => TASKS[1].answers[i]),
      ),
    )
    const [a, b] = [found.loss.data[0], expected.loss.data[0]].map(Number)
    // The shares are float32.
    assert.ok(Math.abs(a - b) < 1e-6 * b, `${a} and ${b}`)
    const none = await (await own.engine.compile(program({ loss }))).run(feeds(Int32Array.of(0, 2)))
    assert.equal(Number(none.loss.data[0]), 0, "a batch without any")
  })

  test(`${name}: samples are what it reflects on, and what its attention is recorded over`, async () => {
    const made = await stages(SAMPLES.map(written))
    assert.deepEqual(await stages(SAMPLES.map(written)), made)
    const others = await stages([written(pairs(5)), written(SAMPLES[1])])
    const of = (artifact: Artifact, part: string) => artifact.arrays[`unit/model/${part}`].data
    assert.deepEqual(of(others[0], "keys"), of(made[0], "keys"), "nothing to reflect on yet")
    assert.notDeepEqual(of(others[1], "keys"), of(made[1], "keys"), "reflected on at the second task")
    const recorded = await stages([written(SAMPLES[0]), written(pairs(6))])
    assert.deepEqual(of(recorded[1], "keys"), of(made[1], "keys"), "samples of the newest are no part of its training")
    assert.notDeepEqual(of(recorded[1], "recorded"), of(made[1], "recorded"))
  })
}
