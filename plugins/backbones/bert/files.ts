/** A checkpoint as files that Hugging Face's BERT reads: float16 weights under its names, dense layers as [out, in]. */
import { type Checkpoint, fileTensors, writeSafetensors } from "../../../src/plugin/index.ts"
import { TYPE_EMBEDDINGS, weightsOf } from "./names.ts"

export const files = ({
  config,
  weights,
  tokenizer,
  width,
  layers,
}: Checkpoint): Record<string, string | Uint8Array> => {
  const shape = {
    layers,
    width,
    intermediate: Number(config.intermediate_size),
    vocabulary: Number(config.vocab_size),
    positions: Number(config.max_position_embeddings),
  }
  const tensors = {
    [TYPE_EMBEDDINGS]: { shape: [1, width], data: new Float32Array(width) },
    ...fileTensors(weights, weightsOf(shape)),
  }
  const { pooling: _, ...rest } = config
  return {
    "config.json": `${JSON.stringify({ architectures: ["BertModel"], ...rest }, null, 2)}\n`,
    "tokenizer.json": `${JSON.stringify(tokenizer)}\n`,
    "tokenizer_config.json": `${JSON.stringify({ tokenizer_class: "BertTokenizer", do_lower_case: true, model_max_length: shape.positions }, null, 2)}\n`,
    "model.safetensors": writeSafetensors(tensors, { half: true, metadata: { format: "pt" } }),
  }
}
