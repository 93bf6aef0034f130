/** What the config.json of a BERT says. */
import { join } from "node:path"
import { type Family, postNormConfig } from "../../../src/plugin/index.ts"
import { type Shape, sitesOf, weightsOf } from "./names.ts"

export const family: Family = {
  name: "bert",
  modelTypes: ["bert"],
  prefixes: ["bert."],
  shipped: join(import.meta.dirname, "shipped"),
  blueprint: (config) => {
    const shape: Shape = {
      layers: config.blocks("num_hidden_layers"),
      width: config.whole("hidden_size"),
      intermediate: config.whole("intermediate_size"),
      vocabulary: config.whole("vocab_size"),
      positions: config.whole("max_position_embeddings"),
    }
    config.word("position_embedding_type", ["absolute"], "absolute")
    return {
      ...shape,
      config: { ...(config.values as Readonly<Record<string, string | number>>), ...postNormConfig(config) },
      weights: weightsOf(shape),
      sites: sitesOf(shape),
    }
  },
}
