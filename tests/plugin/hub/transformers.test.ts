/** One cache for l2r and @huggingface/transformers: each finds what the other has downloaded. */
import assert from "node:assert/strict"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { AutoConfig, AutoModel, AutoTokenizer, env } from "@huggingface/transformers"
import bert from "../../../plugins/backbones/bert/index.ts"
import onnx from "../../../plugins/backbones/onnx/index.ts"
import { filesIn, localHub } from "./local_hub.ts"

const golden = fileURLToPath(new URL("../../golden/", import.meta.url))
const COMMIT = "3".repeat(40)
const options = { max_tokens: 24, pooling: "mean", output: "last_hidden_state" } as const

test("a cache that both use", async () => {
  const home = mkdtempSync(join(tmpdir(), "l2r-shared-"))
  const files = filesIn(join(golden, "tiny_bert"))
  const hub = await localHub({
    "acme/tiny": {
      refs: { main: COMMIT },
      commits: { [COMMIT]: { ...files, "onnx/model.onnx": readFileSync(join(golden, "tiny_bert/onnx/script.onnx")) } },
    },
  })
  const cache_dir = join(home, "transformers.js")
  const place = { directory: home }
  try {
    Object.assign(process.env, { HF_ENDPOINT: hub.endpoint, HF_HOME: home })
    Object.assign(env, { remoteHost: hub.endpoint, useBrowserCache: false })
    await bert.fingerprint("acme/tiny", { max_tokens: 24, pooling: "mean" }, place)
    const ours = { cache_dir, revision: COMMIT, local_files_only: true }
    const tokenizer = await AutoTokenizer.from_pretrained("acme/tiny", ours)
    const { model_type } = await AutoConfig.from_pretrained("acme/tiny", ours)
    assert.equal(model_type, "bert")
    const checkpoint = await bert.load("acme/tiny", { max_tokens: 24, pooling: "mean" }, place)
    const text = "a small river"
    assert.deepEqual(tokenizer.encode(text), [...bert.tokenize([text], checkpoint)[0]])

    rmSync(cache_dir, { recursive: true })
    await AutoTokenizer.from_pretrained("acme/tiny", { cache_dir })
    const model = await AutoModel.from_pretrained("acme/tiny", { cache_dir, dtype: "fp32", device: "cpu" })
    await model.dispose()
    const asked = hub.asked.length
    process.env.HF_HUB_OFFLINE = "1"
    const { sites } = await onnx.load("acme/tiny", options, place)
    assert.ok(sites.length > 0)
    assert.equal(hub.asked.length, asked)
  } finally {
    for (const name of ["HF_ENDPOINT", "HF_HOME", "HF_HUB_OFFLINE"]) delete process.env[name]
    await hub.close()
    rmSync(home, { recursive: true, force: true })
  }
})
