/**
 * Tests of any transfer: `testTransfer(plugin, options)` in a test file of node:test.
 * On toy backbones, by the step of a run: which blocks and features it gives, onto itself, onto others, and that what it gives runs.
 */
import assert from "node:assert/strict"
import type { Network } from "../model/encoder.ts"
import type { Artifact, StoredArray } from "../plan/step.ts"
import { randomStream, type Transfer } from "../plugin/index.ts"
import { storedTexts } from "../run/steps/given.ts"
import { turnedDown } from "../run/steps/not_served.ts"
import { StepError } from "../run/work.ts"
import { inAnotherOrder, plantedOrder } from "./another_order.ts"
import { type Check, register } from "./check.ts"
import { decoded, titleOf, type Written } from "./plugin_options.ts"
import { type AdapterName, toyBench } from "./router_bench.ts"
import { engineOf, toyNetwork, toyTexts } from "./toy_network.ts"
import { type Bench, backbone, perform } from "./work.ts"

export interface TransferSettings {
  /** Onto the backbone that a module comes from it changes the module. */
  readonly lossy?: boolean
}

const ADAPTERS: readonly AdapterName[] = ["low_rank", "scaled", "biases", "prefix"]
/** Depths of sources and targets whose blocks are mapped. */
const DEPTHS = [1, 2, 3, 4, 6, 7, 12]

export const testTransfer = (transfer: Transfer, written: Written = {}, settings: TransferSettings = {}): void =>
  register(titleOf(transfer, written), transferChecks(transfer, written, settings))

export const transferChecks = (
  transfer: Transfer,
  written: Written = {},
  { lossy = false }: TransferSettings = {},
): readonly Check[] => {
  const options = decoded(transfer, written)
  const between = async (adapter: AdapterName, target: () => Promise<Network>): Promise<Carried> => {
    const { stream } = await toyBench(transfer, "reference", [adapter], 1)
    const others = { there: await toyNetwork(), here: await target() }
    const bench = { network: others.there, others, engine: await engineOf("reference"), plugins: [transfer] }
    return carried(bench, stream.modules[0], { plugin: transfer.name, options })
  }

  const layers: Check["run"] = async () => {
    for (const source of DEPTHS)
      for (const target of DEPTHS) {
        const given: unknown = transfer.layers(source, target, options)
        if (typeof given === "string") {
          assert.ok(given.length > 0 && source !== target, `turns ${source} blocks for ${target} down: ${given}`)
          continue
        }
        assert.ok(Array.isArray(given) && given.length === target, `${target} lists for ${target} blocks`)
        for (const from of given) {
          assert.ok(Array.isArray(from) && from.length > 0, "a list of one block at least")
          assert.ok(
            from.every((l) => Number.isInteger(l) && l >= 0 && l < source),
            `blocks ${from} of ${source}`,
          )
        }
      }
  }

  const itself: Check["run"] = async () => {
    for (const adapter of ADAPTERS) {
      const { module, start } = await between(adapter, () => toyNetwork())
      assert.equal(turnedDown(start), undefined)
      for (const [name, { data }] of Object.entries(start.arrays))
        assert.deepEqual(data, module.arrays[name].data, name)
    }
  }

  const others: Check["run"] = async () => {
    for (const size of [{ layers: 1 }, { layers: 4 }, { width: 12, seed: 3 }, { width: 4, layers: 3, seed: 4 }])
      for (const adapter of ADAPTERS) {
        try {
          const [once, again] = [
            await between(adapter, () => toyNetwork(size)),
            await between(adapter, () => toyNetwork(size)),
          ]
          const reason = turnedDown(once.start)
          if (reason !== undefined) {
            assert.ok(reason.length > 0, "it turns the module down without a reason")
            continue
          }
          assert.deepEqual(again.start, once.start, "the same when carried again")
          assert.ok(Array.from((await statesUnder(once)).data).every(Number.isFinite))
        } catch (error) {
          assert.ok(error instanceof StepError, String(error))
        }
      }
  }

  const planted: Check["run"] = async () => {
    const { module, start } = await between("biases", async () => {
      const network = await toyNetwork()
      const { weights, width } = network.checkpoint
      return { ...network, checkpoint: { ...network.checkpoint, weights: inAnotherOrder(weights, width, 2) } }
    })
    assert.equal(turnedDown(start), undefined)
    const [before, after] = [module, start].map(({ arrays }) => Array.from(arrays["embeddings.norm/d"].data, Number))
    assert.deepEqual(
      after,
      plantedOrder(before.length).map((i) => before[i]),
    )
  }

  return [
    { name: "blocks of the source for each block of the target, or a reason", run: layers },
    {
      name: "onto the backbone that it comes from a module is itself",
      run: itself,
      ...(lossy ? { skip: "it changes the module" } : {}),
    },
    { name: "onto other backbones it gives a module that runs, the same again, or says why not", run: others },
    {
      name: "a planted order of the features is found",
      run: planted,
      ...(transfer.features && !lossy ? {} : { skip: "it takes features as they are" }),
    },
  ]
}

interface Carried {
  readonly bench: Bench
  readonly module: Artifact
  readonly start: Artifact
}

const here = { ...backbone, fingerprint: "here" }
const there = { ...backbone, fingerprint: "there" }

const carried = async (
  bench: Bench,
  module: Artifact,
  transfer: { readonly plugin: string; readonly options: unknown },
): Promise<Carried> => {
  const { adapter } = module.json as { readonly adapter: object }
  const tokens = { json: {}, arrays: storedTexts("train", toyTexts(60, randomStream(5, "carried over"))) }
  const own = { how: "ported", backbone: here, source: there, adapter, transfer }
  return { bench, module, start: await perform(bench, "port", own, { module, tokens, sourceTokens: tokens }) }
}

const statesUnder = async ({ bench, start }: Carried): Promise<StoredArray> => {
  const blind = { json: {}, arrays: storedTexts("test", toyTexts(5, randomStream(6, "carried over"))) }
  const module = { ...start, json: { task: "any", ...(start.json as object) } }
  return (await perform(bench, "encode", { what: "module", backbone: here, seed: 1 }, { module, blind })).arrays
    .features
}
