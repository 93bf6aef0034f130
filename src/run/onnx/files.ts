/** A module with its backbone as the files that @huggingface/transformers reads: onnx/model.onnx, config.json, the tokenizer. */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { Network } from "../../model/encoder.ts"
import type { TrainedModule } from "../../model/library.ts"
import type { OnnxGraph, OnnxInitializer } from "../../plugin/index.ts"
import { readJson, writeSafetensors } from "../../plugin/index.ts"
import { externalData, type Limits, type Place } from "./external_data.ts"
import { moduleGraph } from "./module_graph.ts"

/** Makes the bytes of a model; weights that have a place are left out of it. */
export interface Encoding {
  readonly encode: (graph: OnnxGraph, outside: (name: string) => Place | undefined) => Uint8Array
  readonly raw: (initializer: OnnxInitializer) => Uint8Array
}

export interface OnnxExport {
  readonly labels: readonly string[]
  /** Folder with the backbone's config.json and tokenizer_config.json, where they are there. */
  readonly source?: string
  readonly limits?: Limits
  /** The module's arrays are inputs of the graph, and lie beside it. */
  readonly asInputs?: boolean
}

const MODEL = "model.onnx"
/** The arrays that are inputs of the graph, by their names. */
const MODULE = "module.safetensors"

/** By their path below the folder of the model. */
export const onnxFiles = (
  network: Network,
  module: TrainedModule,
  { encode, raw }: Encoding,
  { labels, source, limits, asInputs }: OnnxExport,
): ReadonlyMap<string, string | Uint8Array> => {
  const { graph, given } = moduleGraph(network, module, asInputs)
  const { places, files } = externalData(graph, MODEL, raw, limits)
  const { checkpoint } = network
  const found = (file: string) => {
    const path = source === undefined ? undefined : join(source, file)
    return path !== undefined && existsSync(path) ? (readJson(path) as Readonly<Record<string, unknown>>) : undefined
  }
  const config = {
    ...(found("config.json") ?? { model_type: checkpoint.config.model_type }),
    ...architecture(found("config.json")),
    id2label: Object.fromEntries(labels.map((label, i) => [i, label])),
    label2id: Object.fromEntries(labels.map((label, i) => [label, i])),
    ...(files.size > 0 && { "transformers.js_config": { use_external_data_format: files.size } }),
  }
  const tokenizing = {
    ...(found("tokenizer_config.json") ?? {
      tokenizer_class: "PreTrainedTokenizerFast",
      ...padding(checkpoint.tokenizer),
    }),
    model_max_length: checkpoint.maxTokens,
  }
  return new Map<string, string | Uint8Array>([
    ["config.json", json(config)],
    [
      "tokenizer.json",
      source === undefined ? json(checkpoint.tokenizer) : readFileSync(join(source, "tokenizer.json"), "utf8"),
    ],
    ["tokenizer_config.json", json(tokenizing)],
    [`onnx/${MODEL}`, encode(graph, (name) => places.get(name))],
    ...[...files].map(([name, bytes]) => [`onnx/${name}`, bytes] as const),
    ...(asInputs ? [[`onnx/${MODULE}`, writeSafetensors(given)] as const] : []),
  ])
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

/** BertModel and BertForMaskedLM become BertForSequenceClassification: the graph has logits of the task's classes. */
const architecture = (config: Readonly<Record<string, unknown>> | undefined) => {
  const [first] = Array.isArray(config?.architectures) ? (config.architectures as readonly unknown[]) : []
  const family = typeof first === "string" ? first.replace(/(Model|LMHeadModel|For\w+)$/, "") : undefined
  return family ? { architectures: [`${family}ForSequenceClassification`] } : {}
}

/** The token that tokenizers put where a batch has none. */
const padding = (tokenizer: unknown): { readonly pad_token?: string } => {
  const { added_tokens: added = [] } = tokenizer as { readonly added_tokens?: readonly { readonly content: string }[] }
  const pad = added.find(({ content }) => /^[[<]\|?pad/i.test(content))
  return pad ? { pad_token: pad.content } : {}
}
