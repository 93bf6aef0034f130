/** A checkpoint as files by the names of ModuleFormer's authors, in float32. */
import { type Checkpoint, fileTensors, writeSafetensors } from "../../../src/plugin/index.ts"
import { expertLayers, weightsOf } from "./names.ts"

export const files = ({
  config,
  weights,
  tokenizer,
  width,
  layers,
}: Checkpoint): Record<string, string | Uint8Array> => {
  const counts = (part: 0 | 1) =>
    Array.from({ length: layers }, (_, layer) => weights[`${expertLayers(layer)[part]}.in`].shape[0])
  const [attentionExperts, mlpExperts] = [counts(0), counts(1)]
  const { pooling: _, ...rest } = config
  const sources = weightsOf({
    layers,
    width,
    attended: Number(config.att_hidden),
    intermediate: Number(config.ffd_hidden),
    gating: Number(config.gating_size),
    vocabulary: weights["embeddings.word"].shape[0],
    attentionExperts,
    mlpExperts,
    tied: !("head.weight" in weights),
  })
  const written = {
    architectures: ["ModuleFormerForCausalLM"],
    ...rest,
    n_att_experts: oneOrEach(attentionExperts),
    n_mlp_experts: oneOrEach(mlpExperts),
  }
  return {
    "config.json": `${JSON.stringify(written, null, 2)}\n`,
    "tokenizer.json": `${JSON.stringify(tokenizer)}\n`,
    "model.safetensors": writeSafetensors(fileTensors(weights, sources, "transformer."), {
      metadata: { format: "pt" },
    }),
  }
}

const oneOrEach = (counts: readonly number[]): number | readonly number[] =>
  counts.every((count) => count === counts[0]) ? counts[0] : counts
