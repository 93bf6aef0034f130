/** The tiny decoders of the fixtures, and those that lie beside the repository. */
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import llama from "../../plugins/backbones/llama.ts"
import type { Network } from "../../src/model/encoder.ts"
import type { Checkpoint } from "../../src/plugin/index.ts"

const golden = fileURLToPath(new URL("../golden/tiny_decoders/", import.meta.url))
const models = fileURLToPath(new URL("../../../shared/models/", import.meta.url))

export const decoderAt = (folder: string, directory: string): Promise<Checkpoint> =>
  llama.load(folder, { max_tokens: 512, pooling: "last" }, { directory })

export const tinyDecoder = async (name: string): Promise<Network> => ({
  backbone: llama,
  checkpoint: await decoderAt(name, golden),
})

export const stories = async (): Promise<Network> => ({
  backbone: llama,
  checkpoint: await decoderAt("stories260k", models),
})

/** Why tests of stories260k do not run, or false. */
export const noStories = existsSync(`${models}stories260k/model.safetensors`)
  ? false
  : "the checkpoint stories260k is not beside the repository, in ../shared/models"
