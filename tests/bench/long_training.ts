/**
 * Ten thousand training steps on onnxruntime, and what the process has grown by:
 *
 *   node tests/bench/long_training.ts [--steps 10000] [--limit 64]
 *
 * Prints the resident megabytes after each tenth; ends with 1 where the last is more than `--limit` megabytes above the second.
 */
import { parseArgs } from "node:util"
import lora from "../../plugins/adapters/lora.ts"
import { encoder, headLogits } from "../../src/model/encoder.ts"
import { withGradients } from "../../src/model/gradients.ts"
import { freshModule } from "../../src/model/initial.ts"
import { optimise, textFeeds } from "../../src/model/optimise.ts"
import { trainable } from "../../src/model/single.ts"
import { crossEntropy, input, parameter, randomStream } from "../../src/plugin/index.ts"
import { decoded } from "../../src/testing/plugin_options.ts"
import { engineOf, toyNetwork, toyTexts } from "../../src/testing/toy_network.ts"

const { values: flags } = parseArgs({
  options: { steps: { type: "string", default: "10000" }, limit: { type: "string", default: "64" } },
})
const steps = Number(flags.steps)
const network = await toyNetwork()
const options = decoded(lora, { rank: 2, alpha: 4 })
const fresh = freshModule(network, lora, options, (name) => randomStream(1, name))
const values = new Map([...fresh].map(([name, { data }]) => [name, Float32Array.from(data as Float32Array)]))
values.set("head/W", new Float32Array(16))
values.set("head/b", new Float32Array(2))
const { features, layout } = encoder(
  network,
  trainable(lora, options, network.checkpoint.sites, { training: true }, fresh),
)
const logits = headLogits(features, parameter("head/W", [8, 2]), parameter("head/b", [2]))
const labels = input("labels", ["examples"], "int", { of: "examples", layout })
const program = withGradients(crossEntropy(logits, labels), [...values.keys()])
const session = await (await engineOf("onnxruntime")).compile(program)
const texts = toyTexts(80, randomStream(2, "texts"))
const classes = Int32Array.from(texts, (_, i) => i % 2)

const resident: number[] = []
await optimise({
  session,
  program,
  values,
  groups: [{ names: [...values.keys()], learningRate: 1e-3, weightDecay: 0.01 }],
  examples: texts.length,
  feeds: (batch) => textFeeds(texts, classes, batch),
  epochs: steps / 10,
  batch: 8,
  schedule: "linear",
  warmUp: 0,
  order: randomStream(3, "order"),
  noise: randomStream(3, "noise"),
  onStep: (step, total) => {
    if ((step + 1) % (total / 10) !== 0) return
    resident.push(Math.round(process.memoryUsage().rss / 2 ** 20))
    console.log(`${step + 1} steps: ${resident.at(-1)} MB`)
  },
})
await session.release()
const grown = resident[resident.length - 1] - resident[1]
console.log(`${grown} MB more than after a fifth of the steps`)
process.exitCode = grown > Number(flags.limit) ? 1 : 0
