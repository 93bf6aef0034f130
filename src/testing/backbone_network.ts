/** Checks of a backbone's forward pass: what it calls, that texts do not see each other, and that its gradients are those of what it computes. */
import assert from "node:assert/strict"
import { packed } from "../model/batch.ts"
import { encoder, type Network, type Participant, type Trained } from "../model/encoder.ts"
import { withGradients } from "../model/gradients.ts"
import {
  add,
  type Engine,
  type HostTensor,
  mul,
  overExamples,
  parameter,
  program,
  sum,
  type Tensor,
  type TokenIds,
} from "../plugin/index.ts"
import type { Check } from "./check.ts"
import { assertGradient, assertNear } from "./nearness.ts"
import { run, runAlone } from "./run_program.ts"
import { engineOf } from "./toy_network.ts"

/** Hidden states of the last layer, tokens one after the other. */
export const statesOf = async (engine: Engine, network: Network, texts: readonly TokenIds[]): Promise<HostTensor> =>
  (await run(engine, { hidden: encoder(network).hidden }, packed(texts))).hidden

/** float32 against float64, of states that are about 1. */
const ROUNDING = 5e-5
/** Central differences are slow: of this many weights some numbers are looked at, from the first to the last. */
const MOST_GRADIENTS = 8

export const networkChecks = (
  open: () => Promise<Network>,
  texts: () => Promise<readonly TokenIds[]>,
): readonly Check[] => {
  const calls: Check["run"] = async () => {
    const network = await open()
    const { checkpoint, backbone } = network
    const called: string[] = []
    const blocks: number[] = []
    const widths = (name: string, x: Tensor, y: Tensor) => {
      const site = checkpoint.sites.find((one) => one.name === name)!
      assert.deepEqual([x.shape.at(-1), y.shape.at(-1)], [site.in, site.out], `widths of x and y at ${name}`)
      called.push(name)
    }
    const { hidden, features } = encoder(network, {
      block: (layer) => void blocks.push(layer),
      join: ({ site }, e) => void widths(site.name, e, e),
      change: ({ site }, x, y) => {
        widths(site.name, x, y)
        return y
      },
      attend: (site, _q, y) => {
        called.push(site.name)
        return y
      },
    })
    const names = checkpoint.sites.map(({ name }) => name)
    assert.equal(new Set(names).size, names.length, "two sites have one name")
    assert.equal(new Set(called).size, called.length, "a site is called twice")
    // What reads a text and answers it calls the sites of its decoder elsewhere.
    const missed = names.filter((name) => !called.includes(name))
    assert.deepEqual(backbone.decode ? [] : missed, [], "sites that are listed and not called")
    assert.ok(
      checkpoint.sites.every(({ layer }) => layer >= 0 && layer < checkpoint.layers),
      "a site's layer",
    )
    assert.deepEqual(
      blocks,
      [...blocks].sort((a, b) => a - b),
      "blocks are announced in their order",
    )
    assert.equal(new Set(blocks).size, blocks.length, "a block is announced twice")
    assert.ok(blocks.length > 0, "no block is announced: routers would see nothing")
    assert.equal(hidden.rows?.of, "tokens", "states are one for each token")
    assert.deepEqual(
      [hidden.shape.at(-1), features.shape.at(-1)],
      [checkpoint.width, checkpoint.width],
      "width of states",
    )
  }

  const backends: Check["run"] = async () => {
    const [network, given] = [await open(), await texts()]
    const exact = await statesOf(await engineOf("reference"), network, given)
    assert.ok(Array.from(exact.data as Float64Array).every(Number.isFinite), "states are finite numbers")
    const largest = Array.from(exact.data as Float64Array).reduce((most, x) => Math.max(most, Math.abs(x)), 1)
    assertNear(await statesOf(await engineOf("onnxruntime"), network, given), exact, ROUNDING * largest, "states")
  }

  const alone: Check["run"] = async () => {
    const [network, given] = [await open(), await texts()]
    const engine = await engineOf("reference")
    const { hidden, features } = encoder(network)
    const apart = await runAlone(engine, { hidden, features }, given)
    const together = await run(engine, { hidden, features }, packed(given))
    assertNear(together.hidden, apart.hidden, 1e-9, "states of texts alone and packed")
    assertNear(together.features, apart.features, 1e-9, "features of texts alone and packed")
  }

  const changes: Check["run"] = async () => {
    const [network, given] = [await open(), await texts()]
    const engine = await engineOf("reference")
    const before = await statesOf(engine, network, given)
    const seen = async (participant: Participant) =>
      (await run(engine, { hidden: encoder(network, participant).hidden }, packed(given))).hidden
    const called: string[] = []
    const note: NonNullable<Participant["change"]> = ({ site }, _x, y) => {
      called.push(site.name)
      return y
    }
    assertNear(await seen({ change: note }), before, 0, "a participant that changes nothing")
    for (const one of called) {
      const change: Participant["change"] = ({ site }, x, y) =>
        site.name === one ? add(y, mul(y, add(mul(sum(x, -1, true), 0.1), 0.3))) : y
      const after = await seen({ change })
      const moved = Array.from(after.data as Float64Array).some((x, i) => Math.abs(x - Number(before.data[i])) > 1e-9)
      assert.ok(moved, `what leaves ${one} does not reach the states: the result of the call is not used`)
    }
  }

  const gradients: Check["run"] = async () => {
    const [network, given] = [await open(), await texts()]
    const all = Object.entries(network.checkpoint.weights)
    const trained: Trained = (name, { shape }) => parameter(name, shape)
    const { hidden } = encoder(network, {}, trained)
    const loss = overExamples(sum(mul(hidden, hidden), -1), "sum")
    const reached = new Set(program({ loss }).parameters.map(({ attributes }) => attributes.name as string))
    const names = all.map(([name]) => name).filter((name) => reached.has(name))
    assert.ok(names.length > 0, "states depend on no weight")
    const some = names.filter((_, i) => i % Math.ceil(names.length / MOST_GRADIENTS) === 0)
    const values = new Map(
      all.map(([name, { data }]) => [name, Float64Array.from(data as Float32Array, Number)] as const),
    )
    const feeds = () => ({
      ...packed(given),
      ...Object.fromEntries(all.map(([name, { shape }]) => [name, { shape, data: values.get(name)! }])),
    })
    const session = await (await engineOf("reference")).compile(withGradients(loss, some))
    const plain = await (await engineOf("reference")).compile(program({ loss }))
    const outputs = await session.run(feeds())
    const at = async () => Number((await plain.run(feeds())).loss.data[0])
    // Some numbers of a table belong to no token of these texts, and have no gradient: it is the same difference.
    for (const name of some) await assertGradient(name, values.get(name)!, outputs[`gradient/${name}`].data, at)
    await session.release()
    await plain.release()
  }

  return [
    {
      name: "the forward pass calls the sites that are listed, each once with its widths, and announces its blocks",
      run: calls,
    },
    { name: "both backends compute the same states", run: backends },
    { name: "a text alone has the states that it has beside others", run: alone },
    { name: "what a site gives is what goes on", run: changes },
    { name: "gradients of its weights are central differences", run: gradients },
  ]
}
