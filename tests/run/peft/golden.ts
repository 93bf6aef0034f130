/** The folders that PEFT wrote for the tiny models of the fixtures. */
import { fileURLToPath } from "node:url"
import ia3 from "../../../plugins/adapters/ia3.ts"
import layerNorm from "../../../plugins/adapters/layer_norm.ts"
import lora from "../../../plugins/adapters/lora.ts"
import prefix from "../../../plugins/adapters/prefix.ts"
import albert from "../../../plugins/backbones/albert.ts"
import bert from "../../../plugins/backbones/bert/index.ts"
import distilbert from "../../../plugins/backbones/distilbert.ts"
import llama from "../../../plugins/backbones/llama.ts"
import modernbert from "../../../plugins/backbones/modernbert.ts"
import roberta from "../../../plugins/backbones/roberta.ts"
import t5 from "../../../plugins/backbones/t5.ts"
import type { Network } from "../../../src/model/encoder.ts"
import type { Adapter, Backbone } from "../../../src/plugin/index.ts"
import { type PeftModule, readPeft } from "../../../src/run/peft/read.ts"

export const directory = fileURLToPath(new URL("../../golden/", import.meta.url))
export const adapters: readonly Adapter[] = [ia3, layerNorm, lora, prefix]

const backbones: Readonly<Record<string, Backbone>> = {
  tiny_bert: bert,
  "families/albert": albert,
  "families/roberta": roberta,
  "families/xlm_roberta": roberta,
  "families/distilbert": distilbert,
  "families/modernbert": modernbert,
  "tiny_decoders/llama": llama,
  "tiny_decoders/qwen2": llama,
  "tiny_decoders/qwen3": llama,
  "tiny_decoders/mistral": llama,
  "tiny_t5/first": t5,
  "tiny_t5/gated": t5,
}

export const networkOf = async (base: string): Promise<Network> => {
  const backbone = backbones[base]
  const pooling = backbone === llama ? "last" : "mean"
  const options = { max_tokens: 512, pooling, ...(backbone === t5 && { network: "encoder_decoder" }) }
  return { backbone, checkpoint: await backbone.load(base, options, { directory }) }
}

export const readGolden = (network: Network, name: string, base: string, from = directory): PeftModule =>
  readPeft(network, { location: from === directory ? `peft/${name}` : name, directory: from, base, adapters })
