/**
 * Tests of any backbone: `testBackbone(plugin, "folder", options)` in a test file of node:test, with a small checkpoint of the family.
 * What its checkpoint says of itself, what its forward pass calls and computes on both backends, and what it makes and writes.
 */
import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Network } from "../model/encoder.ts"
import { expertsOf, keptExperts } from "../model/experts.ts"
import { type Backbone, type Checkpoint, randomStream, type TokenIds, vocabularyIn } from "../plugin/index.ts"
import { networkChecks, statesOf } from "./backbone_network.ts"
import { writingChecks } from "./backbone_writing.ts"
import { type Check, register } from "./check.ts"
import { assertNear } from "./nearness.ts"
import { decoded, titleOf, type Written } from "./plugin_options.ts"
import { engineOf } from "./toy_network.ts"

export interface BackboneSettings {
  /** Where a relative location starts; the current folder by default. */
  readonly directory?: string
}

/** Short and long ones, and one that is empty but for special tokens; the longest is cut. */
const TEXTS = ["the warm soup", "a", "will the cold wind blow on the road today?", "soup soup soup soup"]

export const testBackbone = (
  backbone: Backbone,
  location: string,
  written: Written = {},
  settings: BackboneSettings = {},
): void =>
  register(`${titleOf(backbone, written)} at ${location}`, backboneChecks(backbone, location, written, settings))

export const backboneChecks = (
  backbone: Backbone,
  location: string,
  written: Written = {},
  { directory = process.cwd() }: BackboneSettings = {},
): readonly Check[] => {
  const options = decoded(backbone, written)
  const place = { directory }
  let opened: Promise<Network> | undefined
  const open = (): Promise<Network> =>
    (opened ??= backbone.load(location, options, place).then((checkpoint) => ({ backbone, checkpoint })))
  const texts = async (): Promise<readonly TokenIds[]> => backbone.tokenize(TEXTS, (await open()).checkpoint)

  const loads: Check["run"] = async () => {
    const { checkpoint } = await open()
    assert.equal(await backbone.fingerprint(location, options, place), checkpoint.digest, "fingerprint and digest")
    const count = Object.values(checkpoint.weights).reduce((sum, { data }) => sum + data.length, 0)
    assert.equal(checkpoint.parameters, count, "parameters are the numbers of all weights")
    for (const [name, { shape, data }] of Object.entries(checkpoint.weights))
      assert.equal(
        shape.reduce((a, b) => a * b, 1),
        data.length,
        `${name} holds as many numbers as its shape says`,
      )
    const extent = await backbone.extent?.(location, options, place)
    if (extent) {
      assert.deepEqual([extent.layers, extent.width], [checkpoint.layers, checkpoint.width], "extent")
      assert.ok(extent.parameters <= count && extent.parameters > 0, "an extent counts no more than there is")
    }
    assert.deepEqual(structuredClone(checkpoint), checkpoint, "a checkpoint is plain data, for threads")
    await assert.rejects(
      backbone.load(`${location}-that-is-not-there`, options, place),
      (error: Error) => assert.ok("help" in error, `a missing checkpoint is no error with help: ${error}`) ?? true,
    )
  }

  const tokenizes: Check["run"] = async () => {
    const { checkpoint } = await open()
    const known = vocabularyIn(checkpoint.tokenizer)
    const ids = await texts()
    assert.deepEqual(backbone.tokenize(TEXTS, checkpoint), ids, "the same again")
    ids.forEach((one, i) => {
      assert.ok(one.length > 0 && one.length <= checkpoint.maxTokens, `text ${i} has ${one.length} tokens`)
      if (known)
        assert.ok(
          one.every((id) => id >= 0 && id <= known.largestId),
          `text ${i} has ids without a piece`,
        )
    })
    const [cut] = backbone.tokenize([TEXTS[2].repeat(20)], { ...checkpoint, maxTokens: 6 })
    assert.equal(cut.length, 6, "a long text is cut at maxTokens")
  }

  const experts: Check["run"] = async () => {
    const net = await open()
    const turned = new Map(expertsOf(net).map(({ name, count }) => [name, [...Array(count).keys()].reverse()]))
    const engine = await engineOf("reference")
    const states = await statesOf(engine, net, await texts())
    assertNear(
      await statesOf(engine, { ...net, checkpoint: keptExperts(net, turned) }, await texts()),
      states,
      1e-9,
      "experts in reverse order",
    )
  }

  return [
    { name: "its checkpoint is plain data that says of itself what is so", run: loads },
    { name: "texts become ids of pieces, cut where they are too long", run: tokenizes },
    ...networkChecks(open, texts),
    ...writingChecks(backbone, options, open),
    {
      name: "experts in another order are the same network",
      run: experts,
      ...(backbone.experts ? {} : { skip: "it has none" }),
    },
    {
      name: "a new checkpoint depends on the seed alone, and what is written is read as it was",
      run: () => makes(backbone, options, open),
      ...(backbone.create && backbone.files ? {} : { skip: "it makes none" }),
    },
  ]
}

const SIZE = {
  layers: 2,
  width: 8,
  heads: 2,
  intermediate: 12,
  vocabulary: 40,
  positions: 16,
  experts: 3,
  expertsOfToken: 2,
}

const makes = async (backbone: Backbone, options: unknown, open: () => Promise<Network>): Promise<void> => {
  const { checkpoint } = await open()
  const vocabulary = Math.max(SIZE.vocabulary, 1 + (vocabularyIn(checkpoint.tokenizer)?.largestId ?? 0))
  const make = (seed: number) =>
    backbone.create!({ ...SIZE, vocabulary }, checkpoint.tokenizer, randomStream(seed, "new"))
  const made = make(1)
  assert.deepEqual(make(1), made, "the same seed makes another one")
  assert.notDeepEqual(make(2).weights, made.weights, "another seed makes the same one")
  assert.deepEqual([made.layers, made.width, made.maxTokens], [SIZE.layers, SIZE.width, SIZE.positions])
  const folder = mkdtempSync(join(tmpdir(), "l2r-backbone-"))
  try {
    for (const [name, content] of Object.entries(backbone.files!(made))) writeFileSync(join(folder, name), content)
    const read: Checkpoint = await backbone.load(folder, options, { directory: "/" })
    assert.deepEqual(read.sites, made.sites)
    assert.deepEqual(Object.keys(read.weights).sort(), Object.keys(made.weights).sort())
    // Files may hold half precision: eleven bits.
    for (const [name, weight] of Object.entries(made.weights)) assertNear(read.weights[name], weight, 2e-3, name)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
