/** Samples in the place of remembered examples: how they look, who writes them, what is dropped, and what reads them. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { before, test } from "node:test"
import { fileURLToPath } from "node:url"
import t5 from "../../../plugins/backbones/t5.ts"
import type { Network } from "../../../src/model/encoder.ts"
import type { Artifact } from "../../../src/plan/step.ts"
import type { Example, TokenIds } from "../../../src/plugin/index.ts"
import { answeredIn, remembered, textsIn } from "../../../src/run/steps/given.ts"
import { performers } from "../../../src/run/steps/index.ts"
import { TRAIN } from "../../../src/testing/strategy_stream.ts"
import { type Bench, backbone, perform, workOf } from "../../../src/testing/work.ts"
import { engines } from "../../model/golden.ts"

const example = fileURLToPath(new URL("../../../examples/05_answers/", import.meta.url))
const LORA = {
  plugin: "lora",
  options: {
    rank: 8,
    alpha: 16,
    dropout: 0,
    targets: ["query", "key", "value", "attention_output", "intermediate", "output"],
  },
}
const form = (task: string) => ({ trigger: task, separator: "__ans__", max_tokens: 12 })
const generating = (task: string, more: object = {}) => ({
  what: "module",
  backbone,
  form: form(task),
  samples: 12,
  top_k: 20,
  temperature: 1,
  answers: { max_tokens: 12 },
  task,
  seed: 1,
  ...more,
})

let bench: Bench
let net: Network
const dataset = (name: string): Artifact => {
  const lines = readFileSync(`${example}words/${name}/train.jsonl`, "utf8").trim().split("\n")
  const train: Example[] = lines.map((line) => JSON.parse(line)).map(({ text, answer }) => ({ text, label: answer }))
  return { json: { name, labels: [], train, validation: [], test: train } as never, arrays: {} }
}
const tokensOf = (name: string, options: object) =>
  perform(bench, "tokens", { backbone, ...options }, { dataset: dataset(name) })
const writer = async (task: string, epochs: number) =>
  perform(
    bench,
    "module",
    { backbone, adapter: LORA, train: { ...TRAIN, epochs, batch: 8 }, task, seed: 1, head: "text" },
    { tokens: await tokensOf(task, { samples: form(task) }) },
  )

before(async () => {
  const checkpoint = await t5.load(
    "writer",
    { max_tokens: 512, pooling: "mean", network: "encoder_decoder" },
    { directory: example },
  )
  net = { backbone: t5, checkpoint }
  bench = { network: net, engine: await engines.onnxruntime() }
})

const words = (ids: TokenIds): string => t5.detokenize!([ids], net.checkpoint)[0]

test("a sample is the text, the separator, the answer and the end; a long text is cut, and the answer stays", async () => {
  const { arrays } = await tokensOf("say", { samples: form("say") })
  const samples = answeredIn({ json: {}, arrays }, "train")
  assert.ok(samples.texts.every((ids) => words(ids) === "say"))
  const [separator] = t5.tokenizeAnswers!(["__ans__"], net.checkpoint)
  assert.equal(separator.length, 1)
  const [first] = samples.answers
  const at = first.indexOf(separator[0])
  assert.deepEqual(
    [words(first.slice(0, at)), words(first.slice(at + 1, -1)), first.at(-1)],
    ["please say red", "it is red", 1],
  )
  const short = await tokensOf("say", { samples: { ...form("say"), max_tokens: 7 } })
  const [cut] = answeredIn(short, "train").answers
  assert.equal(cut.length, 7)
  assert.deepEqual([words(cut.slice(0, 2)), words(cut.slice(3, -1))], ["please say", "it is red"])
  await assert.rejects(
    tokensOf("say", { samples: { ...form("say"), max_tokens: 3 } }),
    /have no room for a text, the separator/,
  )
})

test("a module that has learnt a task's texts writes some of them, with their answers, from the seed alone", async () => {
  const module = await writer("say", 60)
  const made = await perform(bench, "generate", generating("say"), { module })
  const { samples } = made.json as unknown as { samples: readonly Example[] }
  assert.ok(samples.length >= 6, `${samples.length} samples`)
  const known = new Set((dataset("say").json as unknown as { train: Example[] }).train.map(({ text }) => text))
  const right = samples.filter(({ text }) => known.has(text))
  assert.ok(right.length > samples.length / 2, JSON.stringify(samples))
  assert.deepEqual(await perform(bench, "generate", generating("say"), { module }), made)
  const more = await perform(bench, "generate", generating("say", { samples: 40 }), { module })
  const first = (more.json as unknown as { samples: readonly Example[] }).samples.slice(0, samples.length)
  assert.deepEqual(first, samples, "each is drawn by its number, whatever is written at once")
  const other = await perform(bench, "generate", generating("say", { seed: 2 }), { module })
  assert.notDeepEqual(other.json, made.json)

  const tokens = await tokensOf("say", { answers: { max_tokens: 6 } })
  const memory = remembered([tokens], [made])
  assert.deepEqual(
    memory.texts.map((ids, i) => ({ text: words(ids), label: words(memory.answers[i]) })),
    samples,
  )
  assert.deepEqual([...memory.index], [...samples.keys()])
  assert.equal(textsIn(made, "train/samples").length, samples.length)
})

test("a sample with two separators has not the form", async () => {
  const { json } = dataset("say")
  const twice = (json as unknown as { train: Example[] }).train.map((one) => ({
    ...one,
    text: `${one.text} __ans__ so`,
  }))
  const tokens = await perform(
    bench,
    "tokens",
    { backbone, samples: form("say") },
    { dataset: { json: { ...(json as object), train: twice } as never, arrays: {} } },
  )
  const training = {
    backbone,
    adapter: LORA,
    train: { ...TRAIN, epochs: 60, batch: 8 },
    task: "say",
    seed: 1,
    head: "text",
  }
  const module = await perform(bench, "module", training, { tokens })
  const made = await performers.generate({ ...workOf(bench, generating("say"), { module }), warn: () => {} })
  const { samples } = made.json as unknown as { samples: readonly Example[] }
  assert.ok(samples.length < 6, "most of what is written has two")
  for (const { text, label } of samples) assert.ok(!`${text} ${label}`.includes("__ans__"), `${text} / ${label}`)
})

test("what has not the form is dropped, and told of", async () => {
  const module = await writer("say", 1)
  const warnings: string[] = []
  const work = workOf(bench, generating("say"), { module })
  const made = await performers.generate({ ...work, warn: (message) => warnings.push(message) })
  const { samples, written } = made.json as unknown as { samples: readonly Example[]; written: number }
  assert.equal(written, 60)
  assert.ok(samples.length < 12)
  assert.deepEqual(warnings, [
    `of 60 samples that were written of the task "say" ${samples.length} have a text, the separator and an answer; 12 were asked`,
  ])
})
