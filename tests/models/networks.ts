/** The tiny random networks on which docs/models.md is tried, at least one of each family that ships, and the heads. */
import { fileURLToPath } from "node:url"
import { check, type Vocabulary } from "../../dsl/index.ts"
import shipped from "../../dsl/vocabulary.json" with { type: "json" }
import type { Network } from "../../src/model/encoder.ts"
import type { Backbone } from "../../src/plugin/index.ts"
import { loadPlugin } from "../../src/plugin/load.ts"
import { decoded } from "../../src/testing/plugin_options.ts"

const directory = fileURLToPath(new URL("../golden/", import.meta.url))

export const HEADS = ["classes, mean", "classes, [CLS]", "classes, last token", "next token", "answers"] as const
export type Head = (typeof HEADS)[number]

/** What the page calls a network, the plugin that reads it, and where its checkpoint lies among the fixtures. */
export const NETWORKS = [
  ["BERT", "bert", "tiny_bert"],
  ["RoBERTa", "roberta", "families/roberta"],
  ["XLM-RoBERTa", "roberta", "families/xlm_roberta"],
  ["DistilBERT", "distilbert", "families/distilbert"],
  ["ALBERT", "albert", "families/albert"],
  ["ModernBERT", "modernbert", "families/modernbert"],
  ["Llama", "llama", "tiny_decoders/llama"],
  ["Mistral", "llama", "tiny_decoders/mistral"],
  ["Qwen 2", "llama", "tiny_decoders/qwen2"],
  ["Qwen 3", "llama", "tiny_decoders/qwen3"],
  ["ModuleFormer", "moduleformer", "tiny_moduleformer"],
  ["T5", "t5", "tiny_t5/first"],
  ["T5 1.1, gated", "t5", "tiny_t5/gated"],
  ["BERT as .onnx", "onnx", "tiny_bert/onnx/script.onnx"],
  ["GPT-2 as .onnx", "onnx", "tiny_gpt2/model.onnx"],
] as const

const POOLING: Partial<Record<Head, string>> = {
  "classes, mean": "mean",
  "classes, [CLS]": "cls",
  "classes, last token": "last",
}

/** Loads one for a head; rejects, with what `l2r check` says, where its options have no such head. */
export const networkFor = async (plugin: string, location: string, head: Head): Promise<Network> => {
  const backbone = (await loadPlugin("backbone", plugin)) as Backbone
  const pooling = POOLING[head]
  const told = pooling && problemOf(`language 1\nbackbone encoder = ${plugin} "folder" { pooling: ${pooling} }\n`)
  if (told) throw new Error(told)
  const options = {
    max_tokens: 16,
    ...(pooling ? { pooling } : {}),
    ...(head === "answers" && plugin === "t5" ? { network: "encoder_decoder" } : {}),
  }
  return { backbone, checkpoint: await backbone.load(location, decoded(backbone, options), { directory }) }
}

const problemOf = (text: string): string | undefined => {
  const { diagnostics } = check(text, { file: "spec.l2r", vocabulary: shipped as unknown as Vocabulary })
  const found = diagnostics.find(({ severity }) => severity === "error")
  return found && `${found.code}: ${found.message}; ${found.help}`
}
