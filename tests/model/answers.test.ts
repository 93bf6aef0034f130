/** Answers to texts while routers are trained: gates of the prompt alone, gradients through every token of the answer. */
import assert from "node:assert/strict"
import { test } from "node:test"
import lora from "../../plugins/adapters/lora.ts"
import prompt from "../../plugins/adapters/prompt.ts"
import { answeringLayout, answerLoss, pairFeeds } from "../../src/model/answers.ts"
import type { Network } from "../../src/model/encoder.ts"
import { generator } from "../../src/model/generation.ts"
import type { Taking } from "../../src/model/generation_step.ts"
import { withGradients } from "../../src/model/gradients.ts"
import { drawn } from "../../src/model/initial.ts"
import type { Library } from "../../src/model/library.ts"
import { type Routed, routed } from "../../src/model/routed.ts"
import { unitsOf } from "../../src/model/routing_units.ts"
import {
  defineRouter,
  type HostTensor,
  matmul,
  NoOptions,
  parameter,
  pool,
  program,
  randomStream,
  softmax,
  type Tensor,
  type TokenIds,
} from "../../src/plugin/index.ts"
import { moduleWith } from "../../src/testing/adapter.ts"
import { assertGradient, assertNear } from "../../src/testing/nearness.ts"
import { tinyDecoder } from "./decoders.ts"
import { tinyT5 } from "./encoder_decoders.ts"
import { engines, textsOf } from "./golden.ts"

const prompts = textsOf([
  [3, 7, 9, 11],
  [5, 4],
  [8, 8, 12, 10, 6, 3],
])
const answers = textsOf([[6, 9, 1], [14, 1], [1]])
const others = textsOf([[12], [3, 3, 3, 7, 1], [9, 5]])

const low = { rank: 2, alpha: 4, dropout: 0, targets: ["query", "value", "output"] }
const soft = { length: 2, start: "random", text: "", deviation: 1 }

const routerThat = (how: "mean" | "cls" | "last") =>
  defineRouter({
    name: `reads the ${how}`,
    summary: "gates by a matrix",
    options: NoOptions,
    routing: () => ({ query: "block", level: "layer", granularity: "example", aggregate: "outputs" }),
    gates: (h, { W }) => softmax(matmul(pool(how, h), W)),
  })

const networks: Readonly<Record<string, () => Promise<Network>>> = {
  decoder: () => tinyDecoder("llama"),
  "encoder-decoder": () => tinyT5("gated"),
}

/** A library under a router whose matrix is a parameter "W", the same at each block. */
const library = (network: Network, adapter: typeof lora | typeof prompt, how: "mean" | "cls" | "last") => {
  const { sites, width } = network.checkpoint
  const modules: Library = [1, 2].map((seed) => moduleWith(adapter, adapter === lora ? low : soft, network, seed))
  const W = drawn({ shape: [width, 2], draw: "normal", deviation: 2 }, randomStream(8, how))
  const values: HostTensor = { shape: W.shape, data: Float64Array.from(W.data as Float32Array) }
  const router = routerThat(how)
  const route = (layout: Parameters<Taking>[0], keep?: Parameters<Taking>[1]): Routed =>
    routed(
      { router, options: {}, library: modules, sites },
      width,
      layout,
      () => ({ W: parameter("W", W.shape) }),
      { training: false },
      keep,
    )
  return { route, values, units: unitsOf(router.routing({}), modules, sites) }
}

for (const [name, load] of Object.entries(networks))
  for (const how of ["mean", "cls", "last"] as const)
    test(`the ${name} has the same gates while answers are learnt and while they are written, reading the ${how}`, async () => {
      const network = await load()
      const engine = await engines.reference()
      const { route, values, units } = library(network, lora, how)
      const layout = answeringLayout(network)
      const learning = route(layout)
      answerLoss(network, learning.participant, { layout })
      const gatesOf = ({ gates }: Routed): Record<string, Tensor> =>
        Object.fromEntries(units.map((unit) => [unit, gates.get(unit) as Tensor]))
      const session = await engine.compile(program(gatesOf(learning)))
      const learnt = (texts: readonly TokenIds[], said: readonly TokenIds[]) =>
        session.run({ ...pairFeeds(network, texts, said), W: values })
      const found = await learnt(prompts, answers)

      let written: Readonly<Record<string, HostTensor>> = {}
      let last: Routed | undefined
      const taking: Taking = (at, keep) => {
        last = route(at, keep)
        return last.participant
      }
      const watch = () => gatesOf(last as Routed)
      const writer = generator(engine, network, taking, { W: values }, { watch, seen: (seen) => (written = seen) })
      await writer.greedy(prompts, { newTokens: 3 })
      await writer.release()

      const again = await learnt(prompts, others)
      for (const unit of units) {
        assertNear(found[unit], written[unit], 1e-12, `${unit}, learnt and written`)
        assertNear(found[unit], again[unit], 1e-12, `${unit}, under other answers`)
        for (const [e, text] of prompts.entries()) {
          const alone = await learnt([text], [answers[e]])
          const own = (found[unit].data as Float64Array).slice(2 * e, 2 * e + 2)
          assertNear(alone[unit], { data: own }, 1e-12, `${unit}, text ${e} alone`)
        }
        const [first, second] = [found[unit].data[0], found[unit].data[2]]
        assert.notEqual(first, second, "gates depend on the text")
      }
      await session.release()
    })

for (const [name, load] of Object.entries(networks))
  for (const adapter of name === "decoder" ? [lora, prompt] : [lora])
    test(`the gradient of a router's parameters comes from every token of the answers: ${adapter.name} on the ${name}`, async () => {
      const whole = await load()
      const network = { ...whole, checkpoint: { ...whole.checkpoint, maxTokens: 32 } }
      const engine = await engines.reference()
      const { route, values } = library(network, adapter as typeof lora, "mean")
      const layout = answeringLayout(network)
      const loss = answerLoss(network, route(layout).participant, { layout, smoothing: 0.1 })
      const session = await engine.compile(withGradients(loss, ["W"]))
      const feeds = pairFeeds(network, prompts, answers)
      const step = () => session.run({ ...feeds, W: values })
      const { "gradient/W": gradient } = await step()
      const lossNow = async () => Number((await step()).loss.data[0])
      await assertGradient("W", values.data as Float64Array, gradient.data, lossNow)
      await session.release()
    })

test("the loss is the mean over the answers' tokens, whatever the prompts are, and an answer without a token is refused", async () => {
  for (const load of Object.values(networks)) {
    const network = await load()
    const engine = await engines.reference()
    const session = await engine.compile(program({ loss: answerLoss(network, {}) }))
    const lossOf = async (texts: readonly TokenIds[], said: readonly TokenIds[]) =>
      Number((await session.run(pairFeeds(network, texts, said))).loss.data[0])
    const apart = await Promise.all(prompts.map((text, e) => lossOf([text], [answers[e]])))
    const tokens = answers.map(({ length }) => length)
    const mean = apart.reduce((sum, loss, e) => sum + loss * tokens[e], 0) / tokens.reduce((a, b) => a + b)
    assert.ok(Math.abs((await lossOf(prompts, answers)) - mean) < 1e-9)
    await session.release()
    assert.throws(() => pairFeeds(network, [prompts[0]], [new Int32Array()]), /no token/)
  }
})
