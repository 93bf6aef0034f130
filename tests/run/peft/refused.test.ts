/** PEFT folders that are not whole, not known or of another model: an error that says what, where and what to do. */
import assert from "node:assert/strict"
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import bitfit from "../../../plugins/adapters/bitfit.ts"
import layerNorm from "../../../plugins/adapters/layer_norm.ts"
import lora from "../../../plugins/adapters/lora.ts"
import prefix from "../../../plugins/adapters/prefix.ts"
import albert from "../../../plugins/backbones/albert.ts"
import type { Network } from "../../../src/model/encoder.ts"
import { DataError, type HostTensor, readSafetensors, writeSafetensors } from "../../../src/plugin/index.ts"
import { readPeft } from "../../../src/run/peft/read.ts"
import { peftFiles } from "../../../src/run/peft/write.ts"
import { adapters, directory, networkOf, readGolden } from "./golden.ts"

type Tensors = Record<string, HostTensor>

const config = (change: Record<string, unknown>) => (folder: string) => {
  const path = join(folder, "adapter_config.json")
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), ...change }))
}
const tensors =
  (change: (all: Tensors) => Tensors, metadata?: Record<string, string>) =>
  (folder: string): void => {
    const path = join(folder, "adapter_model.safetensors")
    writeFileSync(path, writeSafetensors(change({ ...readSafetensors(readFileSync(path)).tensors }), { metadata }))
  }
const file = (name: string, content: string | Uint8Array) => (folder: string) =>
  writeFileSync(join(folder, name), content)
const remove = (name: string) => (folder: string) => rmSync(join(folder, name))
const zeros = (...shape: number[]): HostTensor => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) })

const LAYER = "base_model.model.encoder.layer.1"
const QUERY = `${LAYER}.attention.self.query.lora_A.weight`
const POOLER = "base_model.model.pooler.dense.lora_A.weight"
const CONFIG = 'adapter_config.json of "module"'
const WEIGHTS = 'adapter_model.safetensors of "module"'

/** What is broken, in a copy of which folder, how; the message, and part of the help. */
const refused: readonly (readonly [string, string, (folder: string) => void, string, RegExp])[] = [
  [
    "no config",
    "bert_lora",
    remove("adapter_config.json"),
    'the module "module" lacks adapter_config.json',
    /save_pretrained wrote/,
  ],
  [
    "no weights",
    "bert_lora",
    remove("adapter_model.safetensors"),
    'the module "module" lacks adapter_model.safetensors',
    /save_pretrained wrote/,
  ],
  [
    "weights of an older version",
    "bert_lora",
    (folder) => renameSync(join(folder, "adapter_model.safetensors"), join(folder, "adapter_model.bin")),
    'the module "module" lacks adapter_model.safetensors',
    /adapter_model\.bin: load the module in Python/,
  ],
  [
    "a config that is a list",
    "bert_lora",
    file("adapter_config.json", "[]"),
    `${CONFIG} is no JSON object`,
    /copy or write the folder again/,
  ],
  [
    "weights that are cut",
    "bert_lora",
    (folder) => {
      const path = join(folder, "adapter_model.safetensors")
      writeFileSync(path, readFileSync(path).subarray(0, 1000))
    },
    `${WEIGHTS}: the header claims 1040 bytes, the file has 1000: it is truncated or no safetensors file`,
    /copy or download the file again/,
  ],
  [
    "a folder in the place of the weights",
    "bert_lora",
    (folder) => {
      rmSync(join(folder, "adapter_model.safetensors"))
      mkdirSync(join(folder, "adapter_model.safetensors"))
    },
    'the module "module" lacks adapter_model.safetensors',
    /save_pretrained wrote/,
  ],
  [
    "a number that is not one",
    "bert_lora",
    tensors((all) => {
      all[QUERY].data[7] = Number.NaN
      return all
    }),
    `${QUERY} of "module" has NaN as its number 7`,
    /training diverged/,
  ],
  [
    "a type that no adapter has",
    "bert_lora",
    config({ peft_type: "LOHA" }),
    `${CONFIG} says that this is a module of type "LOHA"`,
    /types that can be read are IA3, LN_TUNING, LORA, PREFIX_TUNING/,
  ],
  [
    "no type",
    "bert_lora",
    config({ peft_type: undefined }),
    `${CONFIG} says that this is a module of type null`,
    /types that can be read/,
  ],
  [
    "an unknown key",
    "bert_lora",
    config({ use_warp: true }),
    `${CONFIG} has the unknown key use_warp true`,
    /adapter lora does not know what it changes; set it to null/,
  ],
  [
    "a key of another type",
    "bert_ia3",
    config({ r: 8 }),
    `${CONFIG} has the unknown key r 8`,
    /adapter ia3 does not know/,
  ],
  [
    "a feature that is not computed",
    "bert_lora",
    config({ bias: "all" }),
    `${CONFIG} has bias "all"`,
    /adapter lora computes "none"/,
  ],
  [
    "ranks of their own",
    "bert_lora",
    config({ rank_pattern: { query: 4 } }),
    `${CONFIG} has rank_pattern {"query":4}`,
    /computes \{\}/,
  ],
  [
    "a start that changes the base model",
    "bert_lora",
    config({ init_lora_weights: "pissa" }),
    `${CONFIG} has init_lora_weights "pissa"`,
    /computes true, false, "gaussian"/,
  ],
  [
    "a number that is none",
    "bert_lora",
    config({ lora_alpha: "3" }),
    `${CONFIG} has lora_alpha "3", which is no number`,
    /copy or write the folder again/,
  ],
  [
    "a rank of nothing",
    "bert_lora",
    config({ r: 0 }),
    `${CONFIG}: Expected a value greater than 0 at ["rank"]`,
    /l2r plugins/,
  ],
  [
    "targets that are no names",
    "bert_lora",
    config({ target_modules: [1] }),
    `${CONFIG} has target_modules [1], which is no list of names`,
    /as a list/,
  ],
  [
    "a pattern that is none",
    "bert_lora",
    config({ target_modules: "(query" }),
    `${CONFIG} has target_modules "(query", which is no regular expression that can be read here`,
    /as a list/,
  ],
  [
    "a pattern that could take for ever",
    "bert_lora",
    config({ target_modules: "(.*)*x" }),
    `${CONFIG} has target_modules "(.*)*x", a regular expression that repeats a group`,
    /as a list/,
  ],
  [
    "targets of another family",
    "bert_lora",
    config({ target_modules: ["q_proj"] }),
    'target_modules of "module" names no site of the network: ["q_proj"]',
    /are called embeddings\.LayerNorm, encoder\.layer\.0\.attention\.self\.query, \.\.\./,
  ],
  [
    "layers that are none",
    "bert_lora_layer",
    config({ layers_to_transform: "last" }),
    `${CONFIG} has layers_to_transform "last"`,
    /numbers of blocks/,
  ],
  [
    "feed-forward layers in one block only",
    "bert_ia3",
    config({ feedforward_modules: ["0.output.dense"] }),
    'feedforward_modules of "module" names some modules of the role output, and not encoder.layer.1.output.dense',
    /all sites of a role alike/,
  ],
  [
    "a tensor that is missing",
    "bert_lora",
    tensors(({ [QUERY]: _, ...rest }) => rest),
    `${WEIGHTS} lacks the tensor ${QUERY}`,
    /adapter_config\.json says that the module attaches there/,
  ],
  [
    "more targets than tensors",
    "bert_lora",
    config({ target_modules: ["query", "key", "value"] }),
    `${WEIGHTS} lacks the tensor base_model.model.encoder.layer.0.attention.self.key.lora_A.weight (and 3 more)`,
    /attaches there/,
  ],
  [
    "a tensor too many",
    "bert_lora",
    tensors((all) => ({ ...all, [POOLER]: zeros(2, 16) })),
    `${WEIGHTS} holds the tensor ${POOLER}, which nothing reads`,
    /does not target it, or it lies where no adapter attaches/,
  ],
  [
    "fewer targets than tensors",
    "bert_lora",
    config({ target_modules: ["query"] }),
    `${WEIGHTS} holds the tensor base_model.model.encoder.layer.0.attention.self.value.lora_A.weight (and 3 more), which nothing reads`,
    /does not target it/,
  ],
  [
    "magnitudes without DoRA",
    "bert_dora",
    config({ use_dora: false }),
    `${WEIGHTS} holds the tensor base_model.model.encoder.layer.0.attention.self.query.lora_magnitude_vector (and 3 more), which nothing reads`,
    /does not target it/,
  ],
  [
    "a head that modules_to_save does not name",
    "bert_classes",
    config({ modules_to_save: null }),
    `${WEIGHTS} holds the tensor base_model.model.classifier.bias (and 1 more), which nothing reads`,
    /no adapter attaches/,
  ],
  [
    "another rank than the tensors have",
    "bert_lora",
    config({ r: 3 }),
    `${WEIGHTS} has the tensor base_model.model.encoder.layer.0.attention.self.query.lora_A.weight [2, 16], and at layer.0.attention.query of this base model it would be [3, 16]`,
    /another base model/,
  ],
  [
    "a tensor of a wider model",
    "bert_lora",
    tensors((all) => ({ ...all, [QUERY]: zeros(2, 32) })),
    `${WEIGHTS} has the tensor ${QUERY} [2, 32], and at layer.1.attention.query of this base model it would be [2, 16]`,
    /another base model/,
  ],
  [
    "whole numbers",
    "bert_lora",
    tensors((all) => ({ ...all, [QUERY]: { shape: [2, 16], data: new Int32Array(32) } })),
    `${WEIGHTS} has the tensor ${QUERY} as whole numbers`,
    /as floats/,
  ],
  [
    "another base model, by its name",
    "bert_lora",
    config({ base_model_name_or_path: "someone/wide_bert" }),
    'the module "module" was trained on the base model "someone/wide_bert", not on "tiny_bert"',
    /write "tiny_bert" as base_model_name_or_path/,
  ],
  [
    "another base model, by its digest",
    "bert_lora",
    tensors((all) => all, { l2r_base_sha256: "0".repeat(64) }),
    'the module "module" was trained on another base model: its sha256 is 000000000000..., that of "tiny_bert" DIGEST...',
    /that it was trained on: tiny_bert/,
  ],
  [
    "a head of another width",
    "bert_lora",
    file("head.safetensors", writeSafetensors({ weight: zeros(3, 8), bias: zeros(3) })),
    'head.safetensors of "module" is no linear layer on a state 16 wide: it needs weight [classes, 16] and bias [classes]',
    /base model/,
  ],
  ...(["[", "7", '["a","b"]', '["a","b",3]', '["a","b","a"]'] as const).map(
    (labels) =>
      [
        `labels of a head that are ${labels}`,
        "bert_lora",
        file("head.safetensors", writeSafetensors({ weight: zeros(3, 16), bias: zeros(3) }, { metadata: { labels } })),
        `head.safetensors of "module" has the labels ${labels}, and the head 3 classes`,
        /a name for each class, all different/,
      ] as const,
  ),
]

const spoilt = async <A>(from: string, change: (folder: string) => void, then: (parent: string) => A) => {
  const parent = mkdtempSync(join(tmpdir(), "l2r-peft-"))
  try {
    cpSync(join(directory, "peft", from), join(parent, "module"), { recursive: true })
    change(join(parent, "module"))
    return then(parent)
  } finally {
    rmSync(parent, { recursive: true })
  }
}

for (const [what, from, change, message, help] of refused)
  test(`refused: ${what}`, async () => {
    const network = await networkOf("tiny_bert")
    await spoilt(from, change, (parent) =>
      assert.throws(
        () => readGolden(network, "module", "tiny_bert", parent),
        (error: Error & { help: string }) => {
          assert.equal(error.message, message.replace("DIGEST", network.checkpoint.digest.slice(0, 12)))
          assert.match(error.help, help)
          assert.ok(error instanceof DataError || error.name === "PlanError")
          return true
        },
      ),
    )
  })

test("no folder is said", async () => {
  const network = await networkOf("tiny_bert")
  assert.throws(() => readGolden(network, "nowhere", "tiny_bert", "/"), /there is no folder "nowhere" with a module/)
})

/** What may differ and is the same base model. */
const same: readonly (readonly [string, string])[] = [
  ["a name without its owner", "someone/Tiny_BERT"],
  ["a folder elsewhere", "/srv/me/models/tiny_bert/"],
  ["a folder of the hub's cache", "/srv/me/.cache/huggingface/hub/models--someone--tiny_bert/snapshots/0a1b2c"],
  ["no name", ""],
]
for (const [what, name] of same)
  test(`the base model is accepted by ${what}`, async () => {
    const network = await networkOf("tiny_bert")
    const read = (parent: string) => readGolden(network, "module", "tiny_bert", parent)
    const { adapter } = await spoilt("bert_lora", config({ base_model_name_or_path: name }), read)
    assert.equal(adapter.name, "lora")
  })

const head = (width: number) => ({ W: zeros(width, 2), b: zeros(2) })
const moduleAt = (network: Network, adapter: typeof lora, options: object, site: string, arrays: Tensors) => ({
  task: "any",
  adapter,
  options: options as never,
  sites: { [site]: arrays },
  head: head(network.checkpoint.width),
})
const writing = { base: "any", labels: [] }

test("not written: an adapter that PEFT has not, a site that is no module, a bias that the base model has not", async () => {
  const bert = await networkOf("tiny_bert")
  assert.throws(
    () => peftFiles(bert, moduleAt(bert, bitfit as never, {}, "layer.0.attention.query", { d: zeros(16) }), writing),
    /PEFT has no modules like those of the adapter bitfit/,
  )
  const silent = { ...lora, peft: { ...lora.peft!, tensors: () => ({ A: { name: "lora_A.weight" } }) } } as typeof lora
  const pair = { A: zeros(16, 2), B: zeros(2, 16) }
  assert.throws(
    () => peftFiles(bert, moduleAt(bert, silent, { rank: 2 }, "layer.0.attention.query", pair), writing),
    /the adapter lora does not say how PEFT stores its parameter "B" at layer\.0\.attention\.query/,
  )
  const options = { max_tokens: 64, pooling: "mean" } as const
  const shares = { backbone: albert, checkpoint: await albert.load("families/albert", options, { directory }) }
  const update = { A: zeros(8, 2), B: zeros(2, 8) }
  assert.throws(
    () => peftFiles(shares, moduleAt(shares, lora, { rank: 2 }, "layer.0.attention.query", update), writing),
    /PEFT cannot attach at layer\.0\.attention\.query of the backbone albert, which is no module of its own there/,
  )
  const llama = await networkOf("tiny_decoders/llama")
  const both = { g: zeros(8), b: zeros(8) }
  assert.throws(
    () => peftFiles(llama, moduleAt(llama, layerNorm as never, { bias: true }, "layer.0.norm", both), writing),
    /PEFT stores no bias at layer\.0\.norm, where the base model has none/,
  )
})

test("not read: on a backbone that does not name its modules", async () => {
  const { backbone, checkpoint } = await networkOf("tiny_bert")
  const { modules: _, ...nameless } = checkpoint
  const reading = { location: "peft/bert_lora", directory, base: "tiny_bert", adapters }
  assert.throws(
    () => readPeft({ backbone, checkpoint: nameless }, reading),
    /the backbone bert does not say what others call its modules/,
  )
})

test("a prefix goes where positions turn keys, as keys and values, and with the widths of the base model", async () => {
  const bert = await networkOf("tiny_bert")
  const keys = { K: zeros(2, 16), V: zeros(2, 16) }
  const network = await networkOf("tiny_decoders/llama")
  const at = (net: Network, options: object, site: string) => moduleAt(net, prefix as never, options, site, keys)
  assert.throws(
    () => peftFiles(bert, at(bert, { length: 2, hidden: 0 }, "layer.0.attention"), writing),
    /PEFT counts the positions of the text from the end of a prefix, and the backbone bert from zero/,
  )
  const mistral = {
    ...network,
    checkpoint: { ...network.checkpoint, config: { ...network.checkpoint.config, window: 4 } },
  }
  const base = "tiny_decoders/llama"
  assert.throws(() => readGolden(mistral, "llama_prefix", base), /those of the window alone/)
  const read = (parent: string) => readGolden(network, "module", base, parent)
  const broken = (change: (folder: string) => void) => spoilt("llama_prefix", change, read)
  await assert.rejects(
    broken(tensors(() => ({ prompt_embeddings: zeros(3, 24) }))),
    /has the tensor prompt_embeddings \[3, 24\], and on this base model it would be \[n, 32\]/,
  )
  await assert.rejects(broken(tensors(() => ({ prompts: zeros(3, 16) }))), /lacks the tensor prompt_embeddings/)
  await assert.rejects(
    broken(config({ num_virtual_tokens: 4 })),
    /keys \[3, 8\], and at layer\.0\.attention .* \[4, 8\]/,
  )
  await assert.rejects(broken(config({ num_transformer_submodules: 2 })), /has num_transformer_submodules 2/)
})
