/** What training steps keep: the best epoch, a warm start, an error with a place. */
import assert from "node:assert/strict"
import { test } from "node:test"
import lora from "../../../plugins/adapters/lora.ts"
import { answerLoss, pairFeeds } from "../../../src/model/answers.ts"
import { packed } from "../../../src/model/batch.ts"
import { encoder, headLogits } from "../../../src/model/encoder.ts"
import { largest } from "../../../src/model/largest.ts"
import { Diverged } from "../../../src/model/optimise.ts"
import { frozen } from "../../../src/model/single.ts"
import type { Artifact } from "../../../src/plan/step.ts"
import { type Adapter, type Engine, OutOfMemory, randomStream, weight } from "../../../src/plugin/index.ts"
import { answeredIn, labelledIn, libraryFrom, storedTexts, unitsIn } from "../../../src/run/steps/given.ts"
import { located } from "../../../src/run/steps/located.ts"
import { StepError } from "../../../src/run/work.ts"
import { run } from "../../../src/testing/run_program.ts"
import { engineOf, toyNetwork, toyTexts } from "../../../src/testing/toy_network.ts"
import { toyStream } from "../../../src/testing/toy_stream.ts"
import { type Bench, backbone, perform, workOf } from "../../../src/testing/work.ts"
import { tinyDecoder } from "../../model/decoders.ts"

const LORA = { rank: 2, alpha: 4, dropout: 0, targets: ["query", "value"] }
const bench = async (): Promise<Bench> => ({ network: await toyNetwork(), engine: await engineOf("reference") })
const whole = (data: Int32Array) => ({ shape: [data.length], data })

const train = (on: Bench, tokens: Artifact, given: object, head?: "text"): Promise<Artifact> =>
  perform(
    on,
    "module",
    {
      backbone,
      adapter: { plugin: "lora", options: LORA },
      train: {
        epochs: 1,
        batch: 4,
        learning_rate: 0.1,
        head_learning_rate: 0.5,
        weight_decay: 0.01,
        schedule: "constant",
        warm_up: 0,
        early_stop: "none",
        earlier: "absent",
        ...given,
      },
      task: "task",
      seed: 1,
      ...(head && { head }),
    },
    { tokens },
  )

test("early stopping keeps the parameters of the epoch that classified most of the validation set, the earliest of equals", async () => {
  const on = await bench()
  const random = randomStream(3, "early stopping")
  const labels = Int32Array.from({ length: 16 }, (_, i) => i % 2)
  const tokens: Artifact = {
    json: { task: "task", labels: ["a", "b"] },
    arrays: {
      ...storedTexts("train", toyTexts(16, random)),
      "train/labels": whole(labels),
      ...storedTexts("validation", toyTexts(16, random)),
      "validation/labels": whole(labels),
    },
  }
  const epochs = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => train(on, tokens, { epochs: n })))
  const validation = labelledIn(tokens, "validation")
  const right: number[] = []
  for (const [module] of await Promise.all(epochs.map((one) => libraryFrom(workOf(on, {}, {}), [one])))) {
    const { W, b } = module.head
    const { logits } = await run(
      on.engine,
      { logits: headLogits(encoder(on.network, frozen(module)).features, weight("W", W), weight("b", b)) },
      packed(validation.texts),
    )
    right.push(largest(logits).filter((c, i) => c === validation.labels[i]).length)
  }
  const best = right.indexOf(Math.max(...right))
  assert.ok(best < 5 && right.lastIndexOf(right[best]) > best, `the case tells nothing: ${right}`)
  const kept = await train(on, tokens, { epochs: 6, early_stop: "validation" })
  for (const [name, { data }] of Object.entries(epochs[best].arrays))
    if (!name.startsWith("loss/")) assert.deepEqual(kept.arrays[name].data, data, name)
})

test("early stopping of a module that writes keeps the epoch with the least loss on the validation answers", async () => {
  const on: Bench = { network: await tinyDecoder("llama"), engine: await engineOf("reference") }
  const random = randomStream(5, "early stopping, answers")
  const drawnTexts = (n: number, longest: number) =>
    Array.from({ length: n }, () => Int32Array.from({ length: 1 + random.below(longest) }, () => 3 + random.below(20)))
  const pairs = (split: string, n: number) => ({
    ...storedTexts(split, drawnTexts(n, 5)),
    ...storedTexts(`${split}/answers`, drawnTexts(n, 4)),
  })
  const tokens: Artifact = {
    json: { task: "task", labels: ["task"] },
    arrays: { ...pairs("train", 8), ...pairs("validation", 10) },
  }
  const writing = (given: object) => train(on, tokens, { learning_rate: 0.2, ...given }, "text")
  const epochs = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => writing({ epochs: n })))
  const { texts, answers } = answeredIn(tokens, "validation")
  const losses: number[] = []
  for (const [module] of await Promise.all(epochs.map((one) => libraryFrom(workOf(on, {}, {}), [one])))) {
    // All at once: in batches of 4, means would weigh batches and not tokens.
    const { loss } = await run(
      on.engine,
      { loss: answerLoss(on.network, frozen(module)) },
      pairFeeds(on.network, texts, answers),
    )
    losses.push(Number(loss.data[0]))
  }
  const best = losses.indexOf(Math.min(...losses))
  assert.ok(best < 5, `the case tells nothing: ${losses}`)
  const kept = await writing({ epochs: 6, early_stop: "validation" })
  for (const [name, { data }] of Object.entries(epochs[best].arrays))
    if (!name.startsWith("loss/")) assert.deepEqual(kept.arrays[name].data, data, name)
})

test("a warm router starts from the one before, with room for the new module", async () => {
  const on = await bench()
  const adapter: Adapter = lora
  const stream = await toyStream(on, [{ adapter, options: LORA }])
  const router = {
    plugin: "l2r",
    options: {
      relaxation: "softmax",
      temperature: 1,
      normalise: "sum",
      aggregate: "outputs",
      mix: "factors",
      scope: "per_layer",
      query: "mean_masked",
      hidden: "none",
    },
  }
  const fit = (stage: number, previous: readonly Artifact[], learning_rate: number) =>
    perform(
      on,
      "fit",
      {
        backbone,
        router,
        name: "l2r",
        head: "kept",
        fitting: { epochs: 2, batch: 8, learning_rate, head_learning_rate: 0.1 },
        seed: 1,
      },
      {
        modules: stream.modules.slice(0, stage + 1),
        tokens: stream.tokens.slice(0, stage + 1),
        memories: stream.memories.slice(0, stage + 1),
        features: [],
        previous,
      },
    )
  const before = await fit(1, [], 0.1)
  const after = await fit(2, [before], 1e-30)
  for (const [unit, { W, b }] of Object.entries(unitsIn(before))) {
    const now = unitsIn(after)[unit]
    assert.deepEqual([...now.W.shape], [8, 3])
    assert.deepEqual(
      [...now.b.data].map((x) => (Math.abs(Number(x)) < 1e-20 ? 0 : x)),
      [...b.data, 0],
    )
    assert.deepEqual(
      [...now.W.data].filter((_, i) => i % 3 < 2),
      [...W.data],
    )
    assert.ok([...now.W.data].every((x, i) => i % 3 < 2 || Math.abs(Number(x)) < 1e-20))
  }
})

test("a training that diverges says where, and what to do", async () => {
  const on = await bench()
  const tokens = (await toyStream(on, [{ adapter: lora as Adapter, options: LORA }])).tokens[0]
  const error = await train(
    on,
    {
      ...tokens,
      arrays: { ...tokens.arrays, ...storedTexts("validation", []), "validation/labels": whole(new Int32Array(0)) },
    },
    { learning_rate: 1e300, epochs: 3 },
  ).then(
    () => undefined,
    (cause) => cause,
  )
  assert.ok(error instanceof StepError, String(error))
  assert.match(error.message, /module of task "task": .* is not finite at step \d+ of 6 \(learning rate 1e\+300\)/)
  assert.match(error.help, /lower learning_rate/)
})

test("a step that needs more memory than there is says which, and what to do", async () => {
  const { network, engine } = await bench()
  let runs = 0
  const small: Engine = {
    compile: async (program) => {
      const { run: exact, release } = await engine.compile(program)
      return {
        release,
        run: (feeds) => (++runs === 2 ? Promise.reject(new OutOfMemory("out of memory: 9.0 GiB")) : exact(feeds)),
      }
    },
  }
  const tokens = (await toyStream({ network, engine }, [{ adapter: lora as Adapter, options: LORA }])).tokens[0]
  const none = { ...storedTexts("validation", []), "validation/labels": whole(new Int32Array(0)) }
  const error = await train(
    { network, engine: small },
    { ...tokens, arrays: { ...tokens.arrays, ...none } },
    { epochs: 3 },
  ).then(
    () => undefined,
    (cause) => cause,
  )
  assert.ok(error instanceof StepError, String(error))
  assert.equal(error.message, 'module of task "task": out of memory: 9.0 GiB at step 2 of 6 (learning rate 0.1)')
  assert.match(error.help, /smaller batches.*; what was finished is in the store/)
})

test("only where texts are equally long are few shapes expected", async () => {
  const { network, engine } = await bench()
  const tokens = (await toyStream({ network, engine }, [{ adapter: lora as Adapter, options: LORA }])).tokens[0]
  const none = { ...storedTexts("validation", []), "validation/labels": whole(new Int32Array(0)) }
  const count = labelledIn(tokens, "train").texts.length
  const expected = async (lengths: (i: number) => number): Promise<unknown> => {
    const texts = Array.from({ length: count }, (_, i) => new Int32Array(lengths(i)).fill(1))
    const told: unknown[] = []
    const watched: Engine = {
      compile: (program, usage) => {
        told.push(usage)
        return engine.compile(program)
      },
    }
    await train(
      { network, engine: watched },
      { ...tokens, arrays: { ...tokens.arrays, ...storedTexts("train", texts), ...none } },
      {},
    )
    return told[0]
  }
  assert.deepEqual(await expected(() => 3), { fewShapes: true })
  assert.deepEqual(await expected((i) => 3 + (i % 2)), { fewShapes: false })
})

test("a loss that is not finite from the start is not blamed on the learning rate", () => {
  const told = (atOnce: boolean) => located(new Diverged(0, 6, "the loss", atOnce), "here", 0.1) as StepError
  assert.match(told(true).message, /^here: the loss is not finite at step 1 of 6, before anything was learnt$/)
  assert.match(told(true).help, /weights of the backbone/)
  assert.match(told(false).help, /lower learning_rate/)
})
