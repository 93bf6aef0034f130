/** Checkpoint folders that are whole, spread over shards or written by older tools; and what is said of those that are not. */
import assert from "node:assert/strict"
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import albert from "../../plugins/backbones/albert.ts"
import bert from "../../plugins/backbones/bert/index.ts"
import distilbert from "../../plugins/backbones/distilbert.ts"
import modernbert from "../../plugins/backbones/modernbert.ts"
import roberta from "../../plugins/backbones/roberta.ts"
import {
  type Backbone,
  type Checkpoint,
  DataError,
  type HostTensor,
  readSafetensors,
  vocabularyIn,
  writeSafetensors,
} from "../../src/plugin/index.ts"

const golden = fileURLToPath(new URL("../golden/", import.meta.url))
const options = { max_tokens: 512, pooling: "mean" } as const

/** A copy of a folder of the fixtures, spoilt, and what reading it gives. */
const changed = async <A>(from: string, change: (folder: string) => void, then: (folder: string) => Promise<A>) => {
  const folder = mkdtempSync(join(tmpdir(), "l2r-checkpoint-"))
  try {
    cpSync(join(golden, from), folder, { recursive: true })
    change(folder)
    return await then(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const read = (backbone: Backbone, folder: string): Promise<Checkpoint> =>
  backbone.load(folder, options, { directory: golden })

/** Changes what config.json or another JSON file holds. */
const json = (file: string, change: (value: Record<string, any>) => unknown) => (folder: string) => {
  const path = join(folder, file)
  writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, "utf8")))))
}
const config = (change: Record<string, unknown>) => json("config.json", (value) => ({ ...value, ...change }))
/** Changes the tensors of model.safetensors. */
const tensors = (change: (all: Record<string, HostTensor>) => Record<string, HostTensor>) => (folder: string) => {
  const path = join(folder, "model.safetensors")
  writeFileSync(path, writeSafetensors(change({ ...readSafetensors(readFileSync(path)).tensors })))
}
const remove = (file: string) => (folder: string) => rmSync(join(folder, file))
const renamed = (from: string, to: string) => (folder: string) => renameSync(join(folder, from), join(folder, to))
const zeros = (...shape: number[]): HostTensor => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) })
const QUERY = "encoder.layer.1.attention.self.query.weight"

const refused: readonly (readonly [string, string, Backbone, (folder: string) => void, RegExp, RegExp])[] = [
  [
    "a tensor that is missing",
    "tiny_bert",
    bert,
    tensors(({ [QUERY]: _, ...rest }) => rest),
    /lacks the tensor encoder\.layer\.1\.attention\.self\.query\.weight$/,
    /describe the same bert/,
  ],
  [
    "tensors of a layer that is missing",
    "tiny_bert",
    bert,
    config({ num_hidden_layers: 3 }),
    /lacks the tensor encoder\.layer\.2\S+ \(and 15 more\)/,
    /same bert/,
  ],
  [
    "a layer too many",
    "tiny_bert",
    bert,
    config({ num_hidden_layers: 1 }),
    /holds a tensor that the bert of its config\.json does not have: encoder\.layer\.1\S+ \(and 15 more\)/,
    /variant/,
  ],
  [
    "a tensor of another shape",
    "tiny_bert",
    bert,
    tensors((all) => ({ ...all, [QUERY]: zeros(16, 8) })),
    /query\.weight of .* is \[16,8\], config\.json asks for \[16,16\]/,
    /same checkpoint/,
  ],
  [
    "a tensor of whole numbers",
    "tiny_bert",
    bert,
    tensors((all) => ({ ...all, [QUERY]: { shape: [16, 16], data: new Int32Array(256) } })),
    /query\.weight of .* is stored as I32/,
    /not quantised/,
  ],
  [
    "a file that is cut",
    "tiny_bert",
    bert,
    (folder) =>
      writeFileSync(
        join(folder, "model.safetensors"),
        readFileSync(join(folder, "model.safetensors")).subarray(0, 9000),
      ),
    /model\.safetensors of .*truncated/,
    /again/,
  ],
  [
    "no weights, but those of PyTorch",
    "tiny_bert",
    bert,
    renamed("model.safetensors", "pytorch_model.bin"),
    /lacks model\.safetensors/,
    /pytorch_model\.bin.*save_pretrained/,
  ],
  [
    "more blocks than memory holds",
    "tiny_bert",
    bert,
    config({ num_hidden_layers: 30_000_000 }),
    /has 30000000 blocks \(num_hidden_layers\); networks of 1 to 1000 are read/,
    /bert checkpoint/,
  ],
  [
    "more blocks that share weights than memory holds",
    "families/albert",
    albert,
    config({ inner_group_num: 500, num_hidden_groups: 1, num_hidden_layers: 500 }),
    /has 250000 blocks \(num_hidden_layers\)/,
    /albert checkpoint/,
  ],
  [
    "positions that all come before the first",
    "families/roberta",
    roberta,
    config({ pad_token_id: 40 }),
    /has pad_token_id 40, after which none of 40 positions is left/,
    /same checkpoint/,
  ],
  [
    "a folder in the place of the weights",
    "tiny_bert",
    bert,
    (folder) => {
      rmSync(join(folder, "model.safetensors"))
      mkdirSync(join(folder, "model.safetensors"))
    },
    /lacks model\.safetensors/,
    /must hold/,
  ],
  [
    "a piece without a number",
    "tiny_bert",
    bert,
    json("tokenizer.json", ({ model, ...value }) => ({
      ...value,
      model: { ...model, vocab: { ...model.vocab, far: "9" } },
    })),
    /holds no vocabulary/,
    /a number for each piece/,
  ],
  [
    "an added token that is none",
    "tiny_bert",
    bert,
    json("tokenizer.json", (value) => ({ ...value, added_tokens: [null] })),
    /holds no vocabulary/,
    /a number for each piece/,
  ],
  [
    "an index that names the folder itself",
    "families/distilbert_sharded",
    distilbert,
    json("model.safetensors.index.json", () => ({ weight_map: { a: "" } })),
    /does not say which file/,
    /again/,
  ],
  ["no tokenizer", "tiny_bert", bert, remove("tokenizer.json"), /lacks tokenizer\.json/, /must hold/],
  [
    "another family",
    "families/roberta",
    bert,
    () => {},
    /of type "roberta"; the backbone bert reads bert/,
    /l2r model inspect/,
  ],
  [
    "a variant",
    "tiny_bert",
    bert,
    config({ position_embedding_type: "relative_key" }),
    /position_embedding_type "relative_key"/,
    /computes absolute/,
  ],
  [
    "heads that do not divide the width",
    "tiny_bert",
    bert,
    config({ num_attention_heads: 3 }),
    /3 heads \(num_attention_heads\), which do not divide the width 16/,
    /bert checkpoint/,
  ],
  [
    "a weight that is not a number",
    "tiny_bert",
    bert,
    tensors((all) => {
      all[QUERY].data[5] = Number.NaN
      return all
    }),
    /encoder\.layer\.1\.attention\.self\.query\.weight of .* has NaN as its number 5/,
    /download the weights again/,
  ],
  [
    "a config that is a list",
    "tiny_bert",
    bert,
    json("config.json", () => []),
    /config\.json is no JSON object/,
    /again/,
  ],
  ["no vocabulary", "tiny_bert", bert, json("tokenizer.json", () => ({})), /holds no vocabulary/, /vocab/],
  [
    "an added token that the weights do not embed",
    "tiny_bert",
    bert,
    json("tokenizer.json", (value) => ({
      ...value,
      added_tokens: [...value.added_tokens, { id: 90, content: "[X]" }],
    })),
    /ids up to 90, the weights embed 60/,
    /same checkpoint/,
  ],
  [
    "a shard that is missing",
    "families/distilbert_sharded",
    distilbert,
    remove("model-00002-of-00002.safetensors"),
    /lacks model-00002-of-00002\.safetensors/,
    /index\.json names it/,
  ],
  [
    "an index without a map",
    "families/distilbert_sharded",
    distilbert,
    json("model.safetensors.index.json", () => ({})),
    /does not say which file/,
    /again/,
  ],
  [
    "an index that leads out of the folder",
    "families/distilbert_sharded",
    distilbert,
    json("model.safetensors.index.json", () => ({ weight_map: { a: "../model.safetensors" } })),
    /does not say which file/,
    /again/,
  ],
  [
    "rotary positions that are scaled",
    "families/modernbert",
    modernbert,
    config({ rope_parameters: { full_attention: { rope_type: "yarn" } } }),
    /rope_type "yarn"/,
    /computes default/,
  ],
  [
    "layer types of another number",
    "families/modernbert",
    modernbert,
    config({ layer_types: ["full_attention"] }),
    /layer_types/,
    /each of the 4 blocks/,
  ],
]

for (const [title, from, backbone, change, message, help] of refused)
  test(`refused, with its place and a remedy: ${title}`, () =>
    changed(from, change, async (folder) => {
      await assert.rejects(read(backbone, folder), (error: Error) => {
        assert.ok(error instanceof DataError, String(error))
        assert.match(error.message, message)
        assert.match(error.help, help)
        return true
      })
    }))

const alike: readonly (readonly [string, string, Backbone, (folder: string) => void])[] = [
  [
    "tensors under the prefix of a whole model, with heads",
    "tiny_bert",
    bert,
    tensors((all) => ({
      ...Object.fromEntries(Object.entries(all).map(([name, tensor]) => [`bert.${name}`, tensor])),
      "cls.predictions.bias": zeros(60),
      "bert.pooler.dense.bias": zeros(16),
    })),
  ],
  [
    "norms with a gamma and a beta",
    "tiny_bert",
    bert,
    tensors((all) =>
      Object.fromEntries(
        Object.entries(all).map(([name, tensor]) => [
          name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"),
          tensor,
        ]),
      ),
    ),
  ],
  [
    "float64",
    "tiny_bert",
    bert,
    tensors((all) =>
      Object.fromEntries(
        Object.entries(all).map(([name, { shape, data }]) => [
          name,
          { shape, data: Float64Array.from(data as Float32Array) },
        ]),
      ),
    ),
  ],
  [
    "a config without model_type and without defaults",
    "tiny_bert",
    bert,
    json("config.json", ({ model_type: _, layer_norm_eps: __, hidden_act: ___, ...rest }) => rest),
  ],
  [
    "the keys of the first ModernBERT",
    "families/modernbert",
    modernbert,
    json("config.json", ({ rope_parameters: _, layer_types: __, ...rest }) => ({
      ...rest,
      global_attn_every_n_layers: 3,
      global_rope_theta: 160000,
      local_rope_theta: 10000,
    })),
  ],
]

/** What the forward pass reads. */
const network = ({ weights, sites, maxTokens, config }: Checkpoint) => ({
  weights,
  sites,
  maxTokens,
  config: [config.hidden_act, config.layer_norm_eps, config.kinds, config.full_theta, config.local_theta],
})

for (const [title, from, backbone, change] of alike)
  test(`read alike: ${title}`, async () => {
    const whole = network(await read(backbone, from))
    await changed(from, change, async (folder) => assert.deepEqual(network(await read(backbone, folder)), whole))
  })

test("what a head brings is not read, and told", async () => {
  const { unread } = await read(roberta, "families/roberta")
  assert.ok(unread!.length > 0 && unread!.every((name) => name.startsWith("lm_head.")), String(unread))
})

test("shards give the weights of the one file", async () => {
  const [one, many] = [
    await read(distilbert, "families/distilbert"),
    await read(distilbert, "families/distilbert_sharded"),
  ]
  assert.deepEqual(many.weights, one.weights)
  assert.ok(
    readdirSync(join(golden, "families/distilbert_sharded")).filter((name) => name.endsWith(".safetensors")).length > 1,
  )
})

test("the fingerprint is the checkpoint's digest, and follows every file", async () => {
  const place = { directory: golden }
  for (const [backbone, from] of [
    [bert, "tiny_bert"],
    [distilbert, "families/distilbert_sharded"],
  ] as const) {
    const digest = await backbone.fingerprint(from, options, place)
    assert.equal((await read(backbone, from)).digest, digest)
    const counted = readdirSync(join(golden, from)).filter((name) =>
      /^(config|tokenizer|model\S*)\.(json|safetensors)|index\.json$/.test(name),
    )
    for (const name of counted)
      await changed(
        from,
        (folder) =>
          writeFileSync(join(folder, name), Buffer.concat([readFileSync(join(folder, name)), Buffer.from(" ")])),
        async (folder) => {
          assert.notEqual(await backbone.fingerprint(folder, options, place), digest, name)
        },
      )
  }
})

test("the vocabulary of each kind of tokenizer", () => {
  const of = (folder: string) => vocabularyIn(JSON.parse(readFileSync(join(golden, folder, "tokenizer.json"), "utf8")))
  assert.deepEqual(of("tiny_bert"), { kind: "WordPiece", size: 60, largestId: 59 })
  assert.equal(of("families/roberta")?.kind, "BPE")
  assert.equal(of("families/albert")?.kind, "Unigram")
  assert.equal(vocabularyIn({}), undefined)
})

test("positions of RoBERTa end before those of the padding token", async () => {
  const { maxTokens, weights } = await read(roberta, "families/roberta")
  assert.equal(maxTokens, 38)
  assert.deepEqual(weights["embeddings.position"].shape, [38, 8])
})

test("a folder that ships is found by its name", async () => {
  const { digest } = await read(bert, "gloss-mini")
  assert.match(digest, /^[0-9a-f]{64}$/)
})
