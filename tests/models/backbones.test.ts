/** The kit on a tiny network of every family that ships, an encoder-decoder with its decoder too, and one of a family that does not. */
import { fileURLToPath } from "node:url"
import type { Backbone } from "../../src/plugin/index.ts"
import { loadPlugin } from "../../src/plugin/load.ts"
import { testBackbone } from "../../src/testing/index.ts"
import { NETWORKS } from "./networks.ts"

const directory = fileURLToPath(new URL("../golden/", import.meta.url))

const opened = await Promise.all(NETWORKS.map(([, plugin]) => loadPlugin("backbone", plugin) as Promise<Backbone>))

/** Every network on Node; elsewhere, where the formulas are the same, one that makes networks and one that writes. */
const elsewhere = process.versions.bun !== undefined || process.versions.deno !== undefined

NETWORKS.forEach(([, plugin, location], i) => {
  if (elsewhere && !["tiny_bert", "tiny_moduleformer"].includes(location)) return
  testBackbone(opened[i], location, { max_tokens: 16 }, { directory })
  if (plugin === "t5") testBackbone(opened[i], location, { max_tokens: 16, network: "encoder_decoder" }, { directory })
})
