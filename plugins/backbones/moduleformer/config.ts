/** What the config.json of a ModuleFormer says, by the names of its authors. */
import { activationName, type Blueprint, type ConfigFile, DataError } from "../../../src/plugin/index.ts"
import { type Shape, sitesOf, weightsOf } from "./names.ts"

/** What forward reads of a checkpoint, besides the numbers of experts, which its weights have. */
export interface Config {
  readonly n_layer: number
  readonly n_head: number
  readonly k_att: number
  readonly k_mlp: number
  readonly activation_function: string
  readonly layer_norm_epsilon: number
  /** The token that ends a text; -1 where none does. */
  readonly eos_token_id: number
}

export const blueprint = (file: ConfigFile): Blueprint => {
  const layers = file.blocks("n_layer")
  const width = file.whole("n_embd")
  const attended = file.whole("att_hidden", width)
  const shape: Shape = {
    layers,
    width,
    attended,
    intermediate: file.whole("ffd_hidden"),
    gating: file.whole("gating_size", 256),
    vocabulary: file.whole("vocab_size"),
    attentionExperts: counts(file, "n_att_experts", layers),
    mlpExperts: counts(file, "n_mlp_experts", layers),
    tied: file.flag("tie_word_embeddings", false),
  }
  file.word("gate_type", ["mlp"], "mlp")
  const heads = file.heads("n_head", attended)
  if (heads === 1 && attended === width)
    throw new DataError(
      `config.json of "${file.location}" has one head that is as wide as the state: its keys and values are the state itself`,
      "the backbone moduleformer computes keys and values by layers of their own",
    )
  return {
    config: {
      ...(file.values as Blueprint["config"]),
      n_layer: layers,
      n_head: heads,
      k_att: file.whole("k_att", 2),
      k_mlp: file.whole("k_mlp", 2),
      activation_function: activationName(file, "activation_function", "gelu_new"),
      layer_norm_epsilon: file.number("layer_norm_epsilon", 1e-5),
      eos_token_id: file.whole("eos_token_id", -1),
    } satisfies Config & Blueprint["config"],
    width,
    layers,
    vocabulary: shape.vocabulary,
    positions: file.whole("block_size"),
    weights: weightsOf(shape),
    sites: sitesOf(shape),
  }
}

/** The experts of each layer: one number for all, or a list where experts were inserted or pruned. */
const counts = (file: ConfigFile, key: string, layers: number): readonly number[] => {
  const { [key]: written } = file.values
  if (!Array.isArray(written)) return new Array(layers).fill(file.whole(key))
  if (written.length === layers && written.every((n) => Number.isInteger(n) && n > 0)) return written
  throw new DataError(
    `config.json of "${file.location}" has ${key} ${JSON.stringify(written)} for ${layers} layers`,
    "give one whole number, or one for each layer",
  )
}
