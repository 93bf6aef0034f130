/** Models of a hub against a server on this machine that speaks its routes: what is asked, what is kept, what is refused and how. */
import assert from "node:assert/strict"
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import bert from "../../../plugins/backbones/bert/index.ts"
import distilbert from "../../../plugins/backbones/distilbert.ts"
import onnx from "../../../plugins/backbones/onnx/index.ts"
import { type Backbone, DataError, type Download } from "../../../src/plugin/index.ts"
import { filesIn, type LocalHub, localHub, type Repository, TOKEN } from "./local_hub.ts"

const golden = fileURLToPath(new URL("../../golden/", import.meta.url))
const FIRST = "1".repeat(40)
const SECOND = "2".repeat(40)
const tiny = filesIn(join(golden, "tiny_bert"))
const changed = { ...tiny, "config.json": Buffer.concat([tiny["config.json"], Buffer.from("\n")]) }

const repositories = (): Record<string, Repository> => ({
  "acme/tiny": {
    refs: { main: SECOND, "v1.0": FIRST, "refs/pr/1": FIRST },
    commits: { [FIRST]: tiny, [SECOND]: changed },
  },
  "acme/old": { refs: {}, commits: {}, moved: "acme/tiny" },
  "acme/gated": { refs: { main: FIRST }, commits: { [FIRST]: tiny }, gated: true },
  "acme/secret": { refs: { main: FIRST }, commits: { [FIRST]: tiny }, private: true },
  "acme/sharded": { refs: { main: FIRST }, commits: { [FIRST]: filesIn(join(golden, "families/distilbert_sharded")) } },
  "acme/older": {
    refs: { main: FIRST },
    commits: {
      [FIRST]: {
        "config.json": tiny["config.json"],
        "tokenizer.json": tiny["tokenizer.json"],
        "pytorch_model.bin": new Uint8Array(9),
      },
    },
  },
  "acme/graph": {
    refs: { main: FIRST },
    commits: {
      [FIRST]: {
        ...filesIn(join(golden, "tiny_bert"), ["config.json", "tokenizer.json", "tokenizer_config.json"]),
        "onnx/model.onnx": readFileSync(join(golden, "tiny_bert/onnx/script.onnx")),
      },
    },
  },
})

interface Place {
  readonly hub: LocalHub
  readonly cache: string
  /** Folder of the spec. */
  readonly directory: string
  readonly news: Download[]
  readonly print: (location: string, revision?: string, backbone?: Backbone) => Promise<string>
}

const VARIABLES = [
  "HF_ENDPOINT",
  "HF_HOME",
  "HF_TOKEN",
  "HF_TOKEN_PATH",
  "HF_HUB_OFFLINE",
  "HF_HUB_CACHE",
  "L2R_HUB_CACHE",
  "HF_HUB_DOWNLOAD_TIMEOUT",
  "TRANSFORMERS_OFFLINE",
]

/** A hub, an empty cache and an environment of a test's own; everything is as before at its end. */
const withHub = async (environment: Record<string, string>, then: (place: Place) => Promise<void>): Promise<void> => {
  const before = VARIABLES.map((name) => [name, process.env[name]] as const)
  const home = mkdtempSync(join(tmpdir(), "l2r-hub-"))
  const hub = await localHub(repositories())
  try {
    for (const name of VARIABLES) delete process.env[name]
    Object.assign(process.env, {
      HF_ENDPOINT: hub.endpoint,
      HF_HOME: home,
      HF_HUB_DOWNLOAD_TIMEOUT: "5",
      ...environment,
    })
    const news: Download[] = []
    const directory = join(home, "spec")
    mkdirSync(directory)
    const place = { directory, onDownload: (one: Download) => news.push(one) }
    const print: Place["print"] = (location, revision, backbone = bert) =>
      backbone.fingerprint(location, { max_tokens: 64, pooling: "mean", ...(revision && { revision }) }, place)
    await then({ hub, cache: join(home, "transformers.js"), directory, news, print })
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
    await hub.close()
    rmSync(home, { recursive: true, force: true })
  }
}

const local = (folder: string, backbone: Backbone = bert) => backbone.fingerprint(folder, {}, { directory: golden })
const refused = (promise: Promise<unknown>, message: RegExp, help: RegExp) =>
  assert.rejects(promise, (error: DataError) => {
    assert.ok(error instanceof DataError, String(error))
    assert.match(error.message, message)
    assert.match(error.help, help)
    return true
  })
const incomplete = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".incomplete"))

test("a pinned revision is downloaded once, in the layout of @huggingface/transformers, and read like a folder", () =>
  withHub({}, async ({ hub, cache, print, news }) => {
    assert.equal(await print("acme/tiny", FIRST), await local("tiny_bert"))
    for (const name of ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"])
      assert.deepEqual(readFileSync(join(cache, "acme/tiny", FIRST, name)), Buffer.from(tiny[name]))
    assert.deepEqual(incomplete(cache), [])
    const weights = news.flatMap((one) => ("file" in one && one.file === "model.safetensors" ? [one] : []))
    assert.equal(weights.at(-1)?.bytes, tiny["model.safetensors"].length)
    assert.equal(weights.at(-1)?.total, tiny["model.safetensors"].length)
    assert.deepEqual(news.at(-1), { model: "acme/tiny", commit: FIRST, revision: FIRST })
    const asked = hub.asked.length
    await print("acme/tiny", FIRST)
    assert.equal(hub.asked.length, asked)
  }))

test("a branch, a tag and a pull request stand for commits, which are kept: what moves later does not move the cache", () =>
  withHub({}, async ({ hub, cache, print }) => {
    const first = await print("acme/tiny", "v1.0")
    const second = await print("acme/tiny")
    assert.equal(first, await local("tiny_bert"))
    assert.notEqual(second, first)
    assert.equal(await print("acme/tiny", "refs/pr/1"), first)
    assert.equal(readFileSync(join(cache, "acme/tiny/refs/main"), "utf8"), SECOND)
    hub.repositories["acme/tiny"].refs.main = FIRST
    assert.equal(await print("acme/tiny"), second)
    rmSync(join(cache, "acme/tiny/refs"), { recursive: true })
    assert.equal(await print("acme/tiny"), first)
  }))

test("a folder comes before the hub, and has no revision", () =>
  withHub({}, async ({ hub, directory, print }) => {
    cpSync(join(golden, "tiny_bert"), join(directory, "acme/tiny"), { recursive: true })
    assert.equal(await print("acme/tiny"), await local("tiny_bert"))
    assert.equal(hub.asked.length, 0)
    await refused(print("acme/tiny", "v1.0"), /"acme\/tiny" is a folder .* no revision "v1\.0"/, /leave `revision` out/)
  }))

test("what Python's huggingface_hub has downloaded is read, offline too", () =>
  withHub({ HF_HUB_OFFLINE: "1" }, async ({ hub, cache, print }) => {
    const python = join(cache, "../hub/models--acme--tiny")
    mkdirSync(join(python, "refs"), { recursive: true })
    writeFileSync(join(python, "refs/main"), FIRST)
    cpSync(join(golden, "tiny_bert"), join(python, "snapshots", FIRST), { recursive: true })
    assert.equal(await print("acme/tiny"), await local("tiny_bert"))
    assert.equal(await print("acme/tiny", FIRST), await local("tiny_bert"))
    assert.equal(hub.asked.length, 0)
  }))

test("offline, the cache is read, and what is not in it is refused without a question", () =>
  withHub({}, async ({ hub, print }) => {
    const found = await print("acme/tiny", "v1.0")
    const asked = hub.asked.length
    process.env.HF_HUB_OFFLINE = "yes"
    assert.equal(await print("acme/tiny", "v1.0"), found)
    await refused(print("acme/tiny"), /revision "main" is not in the cache .*HF_HUB_OFFLINE/, /unset HF_HUB_OFFLINE/)
    assert.equal(hub.asked.length, asked)
  }))

test("shards come as their index names them", () =>
  withHub({}, async ({ print }) => {
    assert.equal(
      await print("acme/sharded", undefined, distilbert),
      await local("families/distilbert_sharded", distilbert),
    )
  }))

test("an exported graph, with the files beside it", () =>
  withHub({}, async ({ print, directory }) => {
    const found = await print("acme/graph", undefined, onnx)
    assert.equal(await print("acme/graph/onnx/model.onnx", FIRST, onnx), found)
    const { layers } = await onnx.load(
      "acme/graph",
      { max_tokens: 24, pooling: "mean", output: "last_hidden_state" },
      { directory },
    )
    assert.equal(layers, 2)
    await refused(
      print("acme/graph/onnx/other.onnx", undefined, onnx),
      /lacks onnx\/other\.onnx/,
      /it has onnx\/model\.onnx/,
    )
    await refused(
      print("acme/tiny", undefined, onnx),
      /lacks model\.onnx or onnx\/model\.onnx/,
      /it has model\.safetensors/,
    )
    await refused(print("acme/graph"), /lacks model\.safetensors/, /a checkpoint has config\.json/)
  }))

test("the token goes to the hub alone, and opens what is private or gated", () =>
  withHub({ HF_TOKEN: TOKEN }, async ({ hub, print }) => {
    assert.equal(await print("acme/secret"), await local("tiny_bert"))
    assert.equal(await print("acme/gated"), await local("tiny_bert"))
    const elsewhere = hub.asked.filter((one) => one.elsewhere)
    assert.ok(elsewhere.length > 0)
    assert.ok(elsewhere.every(({ token }) => token === undefined))
    assert.ok(hub.asked.every((one) => one.elsewhere || one.token === `Bearer ${TOKEN}`))
  }))

test("a model that has moved is followed", () =>
  withHub({}, async ({ print }) => {
    assert.equal(await print("acme/old", FIRST), await local("tiny_bert"))
  }))

const refusals: readonly (readonly [string, string, string | undefined, Record<string, string>, RegExp, RegExp])[] = [
  ["no such model", "acme/none", undefined, {}, /"acme\/none" is no folder.*shows without a token/, /check the name/],
  ["no such model for the token", "acme/none", undefined, { HF_TOKEN: TOKEN }, /shows to the token/, /token is valid/],
  ["private", "acme/secret", undefined, {}, /shows without a token/, /HF_TOKEN/],
  ["gated without a token", "acme/gated", undefined, {}, /is gated/, /agree to them on .*acme\/gated/],
  [
    "gated for this token",
    "acme/gated",
    undefined,
    { HF_TOKEN: "hf_other" },
    /token of HF_TOKEN may not/,
    /ask for access/,
  ],
  ["no such revision", "acme/tiny", "v9", {}, /"acme\/tiny" has no revision "v9"/, /branches, tags and commits/],
  ["no name of a revision", "acme/tiny", "../v1", {}, /"\.\.\/v1" is no name/, /a commit/],
  [
    "weights of an older tool",
    "acme/older",
    undefined,
    {},
    /lacks model\.safetensors/,
    /pytorch_model\.bin.*save_pretrained/,
  ],
  [
    "no server",
    "acme/tiny",
    undefined,
    { HF_ENDPOINT: "http://127.0.0.1:9" },
    /is no folder, .* not in the cache .*cannot be reached/,
    /HF_ENDPOINT/,
  ],
  ["no address", "acme/tiny", undefined, { HF_ENDPOINT: "hub" }, /HF_ENDPOINT is "hub"/, /https:/],
  ["no token", "acme/tiny", undefined, { HF_TOKEN: "two words" }, /HF_TOKEN holds no token/, /one word/],
  [
    "a timeout of none",
    "acme/tiny",
    undefined,
    { HF_HUB_DOWNLOAD_TIMEOUT: "0" },
    /HF_HUB_DOWNLOAD_TIMEOUT is "0"/,
    /above 0/,
  ],
]

for (const [what, location, revision, environment, message, help] of refusals)
  test(`refused: ${what}`, () =>
    withHub(environment, async ({ print, cache }) => {
      await refused(print(location, revision), message, help)
      assert.ok(!existsSync(join(cache, location)))
    }))

test("a path with a leading ./ is never asked of the hub", () =>
  withHub({}, async ({ hub, print }) => {
    await refused(print("./acme/tiny"), /no backbone at "\.\/acme\/tiny"/, /ORG\/NAME/)
    await refused(print("tiny"), /no backbone at "tiny"/, /ORG\/NAME/)
    assert.equal(hub.asked.length, 0)
  }))

test("a connection that ends midway goes on where it ended", () =>
  withHub({}, async ({ hub, print }) => {
    hub.faults["model.safetensors"] = { how: "cut", times: 2 }
    assert.equal(await print("acme/tiny", FIRST), await local("tiny_bert"))
    const ranges = hub.asked.flatMap(({ range, elsewhere }) => (range && elsewhere ? [range] : []))
    assert.equal(ranges.length, 2)
    assert.ok(ranges.every((range) => /^bytes=[1-9]\d*-$/.test(range)))
  }))

test("what a stopped download has left is taken over by the next one, and an altered rest is found out", () =>
  withHub({}, async ({ hub, cache, print }) => {
    hub.faults["model.safetensors"] = { how: "cut", times: 4 }
    await refused(
      print("acme/tiny", FIRST),
      /model\.safetensors .*did not come whole .*ended after \d+ of/,
      /goes on where it ended/,
    )
    assert.ok(!existsSync(join(cache, "acme/tiny", FIRST, "model.safetensors")))
    const [left] = incomplete(cache)
    writeFileSync(join(cache, left), Buffer.alloc(readFileSync(join(cache, left)).length))
    const asked = hub.asked.length
    assert.equal(await print("acme/tiny", FIRST), await local("tiny_bert"))
    const ranges = hub.asked
      .slice(asked)
      .filter(({ path }) => path.length === 65)
      .map(({ range }) => range)
    assert.match(ranges[0] ?? "", /^bytes=[1-9]/)
    assert.equal(ranges[1], undefined)
    assert.deepEqual(incomplete(cache), [])
  }))

test("a small file is compared with its name in git, a large one with its sha256", async () => {
  for (const file of ["config.json", "model.safetensors"])
    await withHub({}, async ({ hub, cache, print }) => {
      hub.faults[file] = { how: "flipped", times: 1 }
      hub.faults[file] = { how: "flipped", times: 4 }
      await refused(print("acme/tiny", FIRST), /has the (digest|sha256) [0-9a-f]+, and not/, /again later/)
      assert.ok(!existsSync(join(cache, "acme/tiny", FIRST, file)))
      hub.faults[file] = { how: "flipped", times: 1 }
      assert.equal(await print("acme/tiny", FIRST), await local("tiny_bert"))
    })
})

test("a file that is longer or shorter than the hub says is refused", async () => {
  for (const how of ["longer", "shorter"] as const)
    await withHub({}, async ({ hub, print }) => {
      hub.faults["model.safetensors"] = { how, times: 9 }
      await refused(
        print("acme/tiny", FIRST),
        how === "longer" ? /has \d+ bytes, and not \d+/ : /ended after \d+ of \d+/,
        /again/,
      )
    })
})

test("a hub that is silent, in trouble, or not a hub", async () => {
  await withHub({ HF_HUB_DOWNLOAD_TIMEOUT: "0.2" }, async ({ hub, print }) => {
    hub.faults.api = { how: "silent", times: 1 }
    await refused(print("acme/tiny"), /cannot be reached: no answer within 0\.2 s/, /network/)
    hub.faults["config.json"] = { how: "silent", times: 1 }
    assert.notEqual(await print("acme/tiny"), "")
  })
  await withHub({}, async ({ hub, print }) => {
    hub.faults.api = { how: "status 503", times: 1 }
    await refused(print("acme/tiny"), /status 503/, /later/)
    hub.faults.api = { how: "flipped", times: 1 }
    await refused(print("acme/tiny"), /does not say which commit/, /log-in/)
    hub.faults["model.safetensors"] = { how: "status 503", times: 1 }
    assert.notEqual(await print("acme/tiny"), "")
  })
})

test("two downloads at a time do no harm", () =>
  withHub({}, async ({ print, cache }) => {
    const [one, two] = await Promise.all([print("acme/tiny", FIRST), print("acme/tiny", FIRST)])
    assert.equal(one, await local("tiny_bert"))
    assert.equal(two, one)
    assert.deepEqual(incomplete(cache), [])
  }))

test("a cache that can't be written", () =>
  withHub({}, async ({ cache, print }) => {
    writeFileSync(cache, "")
    await refused(print("acme/tiny", FIRST), /cannot keep config\.json/, /L2R_HUB_CACHE/)
  }))
