/** What is written does not depend on the texts that are answered beside it, nor on how many are answered at once. */
import assert from "node:assert/strict"
import { test } from "node:test"
import lora from "../../../plugins/adapters/lora.ts"
import prompt from "../../../plugins/adapters/prompt.ts"
import type { Network } from "../../../src/model/encoder.ts"
import { generator } from "../../../src/model/generation.ts"
import type { Taking } from "../../../src/model/generation_step.ts"
import { drawn } from "../../../src/model/initial.ts"
import { routed } from "../../../src/model/routed.ts"
import type { Artifact } from "../../../src/plan/step.ts"
import {
  type Adapter,
  defineRouter,
  matmul,
  NoOptions,
  parameter,
  pool,
  randomStream,
  softmax,
  type TokenIds,
} from "../../../src/plugin/index.ts"
import { storedTexts } from "../../../src/run/steps/given.ts"
import { moduleWith } from "../../../src/testing/adapter.ts"
import { backbone, perform } from "../../../src/testing/work.ts"
import { tinyDecoder } from "../../model/decoders.ts"
import { tinyT5 } from "../../model/encoder_decoders.ts"
import { engines } from "../../model/golden.ts"

/** The tables of positions have room for the tokens that join. */
const roomy = async (load: Promise<Network>): Promise<Network> => {
  const network = await load
  return { ...network, checkpoint: { ...network.checkpoint, maxTokens: 32 } }
}
const networks: Readonly<Record<string, () => Promise<Network>>> = {
  "the tiny Llama": () => roomy(tinyDecoder("llama")),
  "the tiny Mistral, whose window is 3": () => roomy(tinyDecoder("mistral")),
  "the tiny T5": () => roomy(tinyT5("gated")),
}

const random = randomStream(4, "batches of writing")
/** More than are written at once, of unlike lengths. */
const texts = Array.from({ length: 40 }, (_, i) =>
  Int32Array.from({ length: 1 + random.below(i % 3 === 0 ? 24 : 6) }, () => (i % 4 === 0 ? 7 : 3 + random.below(28))),
)
const turned = (all: readonly TokenIds[]) => [...all].reverse()

const low = { rank: 2, alpha: 4, dropout: 0, scaling: "standard", decomposed: false, targets: ["query", "output"] }
const soft = { length: 2, start: "normal", text: "", deviation: 1 }

const artifactOf = (adapter: Adapter, options: object, network: Network): Artifact => {
  const { sites } = moduleWith(adapter, options, network, 1)
  const arrays = Object.entries(sites).flatMap(([site, own]) =>
    Object.entries(own).map(([name, value]) => [`${site}/${name}`, value] as const),
  )
  return {
    json: { task: "any", adapter: { plugin: adapter.name, options: options as never } },
    arrays: Object.fromEntries(arrays) as Artifact["arrays"],
  }
}

const elsewhere = (process.versions.bun ?? process.versions.deno) !== undefined
const skipped = (what: string) => ({
  skip: elsewhere && what !== "the tiny T5" && "the same programs on each runtime: here the tiny T5, on Node all",
})

for (const [what, load] of Object.entries(networks))
  for (const [adapter, options] of [[lora, low] as const, [prompt, soft] as const])
    for (const beams of [1, 3])
      test(
        `the step \`write\`: ${what} with ${adapter.name}, ${beams === 1 ? "greedily" : `${beams} beams`}`,
        skipped(what),
        async () => {
          const network = await load()
          const bench = { network, engine: await engines.onnxruntime() }
          const module = artifactOf(adapter as Adapter, options, network)
          const write = async (some: readonly TokenIds[]): Promise<readonly string[]> => {
            const answers = { max_tokens: 6, beams }
            const blind = { json: {}, arrays: storedTexts("test", some) }
            const step = perform(bench, "write", { what: "module", backbone, answers, seed: 1 }, { module, blind })
            return ((await step).json as unknown as { readonly written: readonly string[] }).written
          }
          const together = await write(texts)
          assert.equal(together.length, texts.length)
          assert.ok(new Set(together).size > 5, `the case tells nothing: ${[...new Set(together)]}`)
          assert.deepEqual((await write(turned(texts))).toReversed(), together, "in another order")
          assert.deepEqual(await write(texts.slice(0, 5)), together.slice(0, 5), "beside fewer others")
          for (const [i, text] of texts.slice(0, 8).entries())
            assert.deepEqual(await write([text]), [together[i]], `text ${i} alone`)
        },
      )

/** Gates of each example by its whole prompt, and gates of each token. */
const routers = (["example", "token"] as const).map((granularity) =>
  defineRouter({
    name: granularity,
    summary: "gates by a matrix",
    options: NoOptions,
    routing: () => ({ query: "block", level: "layer", granularity, aggregate: "outputs" }),
    gates: (h, { W }) => softmax(matmul(granularity === "example" ? pool("mean", h) : h, W)),
  }),
)

for (const [what, load] of Object.entries(networks))
  for (const router of routers)
    test(`${what} with a library under gates of each ${router.name}`, skipped(what), async () => {
      const network = await load()
      const { sites, width } = network.checkpoint
      const library = [1, 2].map((seed) => moduleWith(lora, low, network, seed))
      const W = parameter("W", [width, 2])
      const feeds = { W: drawn({ shape: [width, 2], draw: "normal", deviation: 2 }, randomStream(8)) }
      const taking: Taking = (layout, keep) =>
        routed({ router, options: {}, library, sites }, width, layout, () => ({ W }), { training: false }, keep)
          .participant
      const writer = generator(await engines.onnxruntime(), network, taking, feeds)
      for (const write of [
        (some: readonly TokenIds[]) => writer.greedy(some, { newTokens: 6, end: 5 }),
        (some: readonly TokenIds[]) => writer.beams(some, { newTokens: 6, end: 5, beams: 3 }),
      ]) {
        const together = await write(texts)
        assert.deepEqual((await write(turned(texts))).toReversed(), together, "in another order")
        for (const [i, text] of texts.slice(0, 8).entries())
          assert.deepEqual(await write([text]), [together[i]], `text ${i} alone`)
      }
      await writer.release()
    })
