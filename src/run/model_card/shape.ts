/** The sizes of a network, as its configuration says them. */
import type { Checkpoint } from "../../plugin/index.ts"

/** Sizes, under the keys that config.json has for them on one family or another. */
const SHAPE = {
  layers: ["num_hidden_layers", "n_layers"],
  width: ["hidden_size", "dim"],
  heads: ["num_attention_heads", "n_heads"],
  intermediate: ["intermediate_size", "hidden_dim"],
  positions: ["max_position_embeddings"],
  vocabulary: ["vocab_size"],
} as const
type Size = keyof typeof SHAPE

export type Shape = Readonly<Record<Size, number | null>>

export const shapeOf = (config: Readonly<Record<string, unknown>>, checkpoint: Checkpoint | undefined): Shape => {
  const said = Object.fromEntries(
    Object.entries(SHAPE).map(([name, keys]) => {
      const value = keys.map((key) => config[key]).find((one) => typeof one === "number")
      return [name, value ?? null]
    }),
  ) as Record<Size, number | null>
  return checkpoint ? { ...said, layers: checkpoint.layers, width: checkpoint.width } : said
}
