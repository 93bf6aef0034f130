/**
 * Does the shipped backbone earn its place? Mean accuracy within tasks of per-task LoRA modules (rank 8, query and value,
 * 3 epochs, as in examples/01_quickstart) on the WordNet stream: on it, and on the same shape with random frozen weights.
 *
 *     node tests/bench/backbone.ts [--backbone FOLDER] [--seed 1] [--store DIR]
 *
 * The figures of the model card come from here; its floor without a backbone from tests/bench/floor.py.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import * as Effect from "effect/Effect"
import bert from "../../plugins/backbones/bert/index.ts"
import { checkSource, plan, run, type Source } from "../../src/compile.ts"
import { randomStream } from "../../src/plugin/index.ts"

const { values: flags } = parseArgs({
  options: {
    backbone: {
      type: "string",
      default: fileURLToPath(new URL("../../plugins/backbones/bert/shipped/gloss-mini", import.meta.url)),
    },
    seed: { type: "string", default: "1" },
    store: { type: "string" },
  },
})
const work = mkdtempSync(join(tmpdir(), "l2r-backbone-"))
process.on("exit", () => rmSync(work, { recursive: true, force: true }))

const spec = (backbone: string): string => `language 1
backbone encoder = bert ${JSON.stringify(backbone)} { max_tokens: 48 }
data glosses = wordnet
stream topics { tasks: glosses }
adapter low_rank = lora { rank: 8, alpha: 16, targets: [query, value] }
train brief { epochs: 3, batch: 32 }
experiment earns { on: encoder, stream: topics, adapters: low_rank, train: brief, bounds: [oracle], seeds: ${flags.seed} }
`

const within = async (name: string, backbone: string): Promise<number> => {
  const source: Source = { file: `${name}.l2r`, directory: work, text: spec(backbone) }
  const { spec: checked, diagnostics } = await checkSource(source)
  if (!checked) throw new Error(JSON.stringify(diagnostics))
  const planned = await plan(checked, source, { finalStageOnly: true })
  const results = await Effect.runPromise(run(planned, source, { store: flags.store ?? join(work, "store") }))
  return results.cells[0].summary[0].taskIncremental!.value
}

/** The same shape and tokenizer, weights drawn and never trained. */
const untrained = (): string => {
  const config = JSON.parse(readFileSync(join(flags.backbone, "config.json"), "utf8"))
  const tokenizer = JSON.parse(readFileSync(join(flags.backbone, "tokenizer.json"), "utf8"))
  const size = {
    layers: config.num_hidden_layers,
    width: config.hidden_size,
    heads: config.num_attention_heads,
    intermediate: config.intermediate_size,
    vocabulary: config.vocab_size,
    positions: config.max_position_embeddings,
  }
  const folder = join(work, "untrained")
  mkdirSync(folder, { recursive: true })
  for (const [name, content] of Object.entries(
    bert.files!(bert.create!(size, tokenizer, randomStream(0, "untrained"))),
  ))
    writeFileSync(join(folder, name), content)
  return folder
}

const shipped = await within("shipped", flags.backbone)
process.stdout.write(`within tasks, shipped weights  ${shipped.toFixed(1)} %\n`)
const random = await within("untrained", untrained())
process.stdout.write(`within tasks, random weights   ${random.toFixed(1)} %\n`)
process.stdout.write(`difference                     ${(shipped - random).toFixed(1)} points\n`)
process.exitCode = shipped >= 77 && shipped - random >= 25 ? 0 : 1
