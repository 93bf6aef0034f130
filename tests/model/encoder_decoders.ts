/** The tiny encoder-decoders of the fixtures. */
import { fileURLToPath } from "node:url"
import t5 from "../../plugins/backbones/t5.ts"
import type { Network } from "../../src/model/encoder.ts"

const directory = fileURLToPath(new URL("../golden/tiny_t5/", import.meta.url))

export const tinyT5 = async (
  name: string,
  network: "encoder" | "encoder_decoder" = "encoder_decoder",
): Promise<Network> => ({
  backbone: t5,
  checkpoint: await t5.load(name, { max_tokens: 512, pooling: "mean", network }, { directory }),
})
