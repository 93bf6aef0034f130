/**
 * Peak memory and the first step, whole processes against PyTorch + PEFT.
 *
 *   node tests/bench/speed/memory.ts --model FOLDER [--python PROGRAM] [--steps 20] [--checkpoint 1] [--turns 3] [--json]
 *
 * Rows, medians of turns: peak of a LoRA training run at 8 x 128 tokens; milliseconds from the start of the process to the end of its
 * first step (not of the first process: compiled JavaScript is kept as `l2r` keeps it, compiled Python as Python does);
 * `--checkpoint N`: peak while a random BERT checkpoint of N GB in float32 is loaded, against its size (made in the temporary folder first).
 */
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { randomStream } from "../../../src/plugin/index.ts"
import { flagsOf } from "../flags.ts"
import { median } from "../median.ts"
import { plainEnvironment } from "./sides.ts"
import { teller } from "./told.ts"

const text = { type: "string" } as const
const flags = flagsOf(
  {
    model: text,
    python: text,
    steps: { ...text, default: "20" },
    checkpoint: text,
    turns: { ...text, default: "3" },
    json: { type: "boolean", default: false },
  },
  import.meta.url,
)
const here = (name: string) => fileURLToPath(new URL(`./${name}`, import.meta.url))
const random = randomStream(1, "texts")
const texts = Array.from({ length: 64 }, () => Array.from({ length: 128 }, () => 1000 + random.below(20000)))
const GB = 1e9
const tell = teller(flags.json)

interface Taken {
  readonly first: number
  readonly peak: number
}

const turns = Array.from({ length: Number(flags.turns) }, (_, turn) => turn)
const middle = (runs: readonly Taken[]): Taken => ({
  first: median(runs.map(({ first }) => first)),
  peak: median(runs.map(({ peak }) => peak)),
})

/** As the launcher sets it. */
const NODE_COMPILE_CACHE = process.env.NODE_COMPILE_CACHE ?? join(tmpdir(), "node-compile-cache")

const alone = (asked: object): Taken => {
  const { stdout, status, stderr } = spawnSync(process.execPath, [here("alone.ts")], {
    input: JSON.stringify(asked),
    env: { ...process.env, NODE_COMPILE_CACHE },
    encoding: "utf8",
    maxBuffer: 1 << 28,
  })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}

const peer = async (job: object, steps: number): Promise<Taken> => {
  const started = performance.now()
  const child = spawn(flags.python as string, [here("peers.py")], {
    stdio: ["pipe", "pipe", "inherit"],
    env: plainEnvironment,
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ask = async (line: object) => {
    child.stdin.write(`${JSON.stringify(line)}\n`)
    return JSON.parse((await lines.next()).value as string)
  }
  await ask({ prepare: job })
  await ask({ run: 1 })
  const first = performance.now() - started
  await ask({ run: steps })
  const { peak } = await ask({ memory: true })
  child.kill()
  await once(child, "exit")
  return { first, peak }
}

/** A BERT checkpoint of about so many bytes, written tensor by tensor. */
const madeCheckpoint = (bytes: number): string => {
  const folder = mkdtempSync(join(tmpdir(), "l2r-checkpoint-"))
  const [width, intermediate, vocabulary, positions] = [1024, 4096, 30522, 512]
  const perLayer = 4 * (width * width + width) + 2 * width * intermediate + intermediate + width + 4 * width
  const layers = Math.max(1, Math.round((bytes / 4 - (vocabulary + positions) * width) / perLayer))
  const shapes: [string, number[]][] = [
    ["embeddings.word_embeddings.weight", [vocabulary, width]],
    ["embeddings.position_embeddings.weight", [positions, width]],
    ["embeddings.token_type_embeddings.weight", [2, width]],
    ...(["weight", "bias"] as const).map((part): [string, number[]] => [`embeddings.LayerNorm.${part}`, [width]]),
  ]
  const dense = (name: string, out: number, input: number) =>
    shapes.push([`${name}.weight`, [out, input]], [`${name}.bias`, [out]])
  const norm = (name: string) => shapes.push([`${name}.weight`, [width]], [`${name}.bias`, [width]])
  for (let l = 0; l < layers; l++) {
    const at = `encoder.layer.${l}`
    for (const part of ["query", "key", "value"]) dense(`${at}.attention.self.${part}`, width, width)
    dense(`${at}.attention.output.dense`, width, width)
    norm(`${at}.attention.output.LayerNorm`)
    dense(`${at}.intermediate.dense`, intermediate, width)
    dense(`${at}.output.dense`, width, intermediate)
    norm(`${at}.output.LayerNorm`)
  }
  let at = 0
  const header = JSON.stringify(
    Object.fromEntries(
      shapes.map(([name, shape]) => {
        const size = 4 * shape.reduce((a, b) => a * b, 1)
        at += size
        return [name, { dtype: "F32", shape, data_offsets: [at - size, at] }]
      }),
    ),
  )
  const file = openSync(join(folder, "model.safetensors"), "w")
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)))
  writeSync(file, length)
  writeSync(file, header)
  const piece = Buffer.from(Float32Array.from({ length: 1 << 20 }, () => 0.02 * (random.uniform() - 0.5)).buffer)
  for (let left = at; left > 0; left -= piece.length) writeSync(file, piece, 0, Math.min(left, piece.length))
  closeSync(file)
  const config = {
    model_type: "bert",
    hidden_size: width,
    num_hidden_layers: layers,
    num_attention_heads: 16,
    intermediate_size: intermediate,
    vocab_size: vocabulary,
    max_position_embeddings: positions,
    type_vocab_size: 2,
    hidden_act: "gelu",
    layer_norm_eps: 1e-12,
  }
  writeFileSync(join(folder, "config.json"), JSON.stringify(config))
  const vocab = Object.fromEntries(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a"].map((piece_, i) => [piece_, i]))
  const tokenizer = {
    version: "1.0",
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: "BertPreTokenizer" },
    model: {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab,
    },
  }
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(tokenizer))
  writeFileSync(join(folder, "tokenizer_config.json"), "{}")
  return folder
}

if (flags.model) {
  const job = {
    model: resolve(flags.model),
    what: "step",
    pooling: "mean",
    adapter: "lora",
    options: { rank: 8, alpha: 16 },
    batch: 8,
    classes: 5,
    texts,
    threads: 1,
  } as const
  const steps = Number(flags.steps)
  alone({ idle: true }) // compiles the modules
  const [owns, others]: [Taken[], Taken[]] = [[], []]
  for (const _ of turns) {
    owns.push(alone({ ...job, steps }))
    if (flags.python) others.push(await peer({ ...job, threads: 2 }, steps))
  }
  const own = middle(owns)
  const other = flags.python ? middle(others) : undefined
  const ms = (value: number) => `${value.toFixed(0)} ms`
  const mb = (value: number) => `${(value / 1e6).toFixed(0)} MB`
  tell({
    name: "First training step after the start of the process, 8 x 128 tokens",
    ours: ms(own.first),
    peer: "PyTorch + PEFT",
    theirs: other ? ms(other.first) : "",
    value: own.first / 1000,
    shown: `${(own.first / 1000).toFixed(1)} s`,
    goal: 2,
  })
  tell({
    name: "Peak memory of a training run, 8 x 128 tokens",
    ours: mb(own.peak),
    peer: "PyTorch + PEFT",
    theirs: other ? mb(other.peak) : "not run: no Python given",
    value: other && own.peak / other.peak,
    goal: 0.6,
  })
}
if (flags.checkpoint) {
  const folder = madeCheckpoint(Number(flags.checkpoint) * GB)
  try {
    const { size } = statSync(join(folder, "model.safetensors"))
    const { peak } = middle(turns.map(() => alone({ load: folder })))
    const { peak: idle } = middle(turns.map(() => alone({ idle: true })))
    const more = (peak - idle) / size
    tell({
      name: `Peak memory while a checkpoint of ${flags.checkpoint} GB loads`,
      ours: `${(peak / 1e6).toFixed(0)} MB`,
      peer: "its size",
      theirs: `${(size / 1e6).toFixed(0)} MB`,
      value: peak / size,
      goal: 1.2,
      profile: `The process takes ${(idle / 1e6).toFixed(0)} MB before it reads anything, its modules loaded; with the checkpoint it takes ${more.toFixed(2)} of the file's size more`,
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
