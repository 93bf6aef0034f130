/**
 * Tests of any adapter: `testAdapter(plugin, options)` in a test file of node:test.
 * Everything is computed in float64 on a toy network, in every layout in which the core may run an adapter: texts alone
 * or packed, one module or a gated library, outputs or parameters averaged, fused or not.
 */
import assert from "node:assert/strict"
import { packed } from "../model/batch.ts"
import { encoder, type Network, type Participant } from "../model/encoder.ts"
import { withGradients } from "../model/gradients.ts"
import { freshModule } from "../model/initial.ts"
import { bySite, type TrainedModule } from "../model/library.ts"
import { frozen, initialsFor, sitesFor, trainable, trainedNames } from "../model/single.ts"
import {
  type Adapter,
  type HostTensor,
  type Initial,
  mul,
  overExamples,
  program,
  randomStream,
} from "../plugin/index.ts"
import { type Check, register } from "./check.ts"
import { mixingChecks } from "./mixing.ts"
import { assertGradient, assertNear, gap } from "./nearness.ts"
import { decoded, titleOf, type Written } from "./plugin_options.ts"
import { noiseFor, run, runAlone, sizesOf } from "./run_program.ts"
import { engineOf, toyNetwork, toyTexts } from "./toy_network.ts"

export interface AdapterSettings {
  /** A fresh module leaves the backbone as it is. Default true; false for adapters that begin otherwise. */
  readonly startsAsIdentity?: boolean
  /** Parameters whose gradient is cut on purpose, so that central differences do not tell it. */
  readonly cutGradients?: readonly string[]
}

/** Central differences are slow: of an adapter with more arrays than this, some are looked at, from the first site to the last. */
const MOST_GRADIENTS = 17

/** Arrays of one module by full name: parameters with numbers that are not small; what is not trained is the same for all seeds. */
export const moduleArrays = (
  adapter: Adapter,
  options: unknown,
  network: Network,
  seed: number,
): ReadonlyMap<string, HostTensor> => {
  const random = randomStream(seed, "parameters of a module")
  const fresh = freshModule(network, adapter, options, (name) => randomStream(3, name))
  return new Map(
    [...initialsFor(adapter, options, network.checkpoint.sites)].map(([name, { shape, trained }]) => [
      name,
      trained === false
        ? fresh.get(name)!
        : {
            shape,
            data: Float64Array.from({ length: fresh.get(name)!.data.length }, () => Math.fround(0.4 * random.normal())),
          },
    ]),
  )
}

/** A module of a library with such parameters. */
export const moduleWith = (adapter: Adapter, options: unknown, network: Network, seed: number): TrainedModule => {
  const sites = bySite(moduleArrays(adapter, options, network, seed))
  const head = { W: { shape: [8, 2], data: new Float32Array(16) }, b: { shape: [2], data: new Float32Array(2) } }
  return { task: `task ${seed}`, adapter, options, sites, head }
}

export const testAdapter = (adapter: Adapter, written: Written = {}, settings: AdapterSettings = {}): void =>
  register(titleOf(adapter, written), adapterChecks(adapter, written, settings))

export const adapterChecks = (
  adapter: Adapter,
  written: Written = {},
  { startsAsIdentity = true, cutGradients = [] }: AdapterSettings = {},
): readonly Check[] => {
  const options = decoded(adapter, written)
  const texts = toyTexts(5, randomStream(2, "texts"))
  const features = (network: Network, participant?: Participant) => encoder(network, participant).features
  const reference = () => engineOf("reference")
  const evaluated = ({ checkpoint }: Network, arrays: ReadonlyMap<string, HostTensor>) =>
    trainable(adapter, options, checkpoint.sites, { training: false }, arrays)

  const attaches: Check["run"] = async () => {
    const { checkpoint } = await toyNetwork()
    const sites = sitesFor(adapter, options, checkpoint.sites)
    assert.ok(sites.length > 0, "it attaches to no site of a BERT")
    for (const site of sites)
      for (const [name, { shape }] of Object.entries<Initial>(adapter.parameters(site, options))) {
        assert.ok(!name.includes("/"), `the name "${name}" has a slash`)
        assert.ok(
          shape.length > 0 && shape.every((n) => Number.isInteger(n) && n > 0),
          `${name} has the shape [${shape}] at ${site.name}`,
        )
      }
  }

  const fresh: Check["run"] = async () => {
    const network = await toyNetwork()
    const initial = freshModule(network, adapter, options, (name) => randomStream(3, name))
    const { adapted, bare } = await run(
      await reference(),
      { adapted: features(network, evaluated(network, initial)), bare: features(network) },
      { ...packed(texts), ...Object.fromEntries(initial) },
    )
    assertNear(adapted, bare, 1e-6, "features")
  }

  const layouts: Check["run"] = async () => {
    const network = await toyNetwork()
    const arrays = moduleArrays(adapter, options, network, 1)
    const own = Object.fromEntries(arrays)
    const adapted = features(network, evaluated(network, arrays))
    const together = await run(await reference(), { adapted, bare: features(network) }, { ...packed(texts), ...own })
    const still = await run(
      await reference(),
      { y: features(network, frozen(moduleWith(adapter, options, network, 1))) },
      packed(texts),
    )
    const alone = await runAlone(await reference(), { adapted }, texts, () => own)
    assertNear(alone.adapted, together.adapted, 1e-10, "alone and packed")
    assertNear(still.y, together.adapted, 1e-10, "frozen and trainable")
    assert.ok(gap(together.adapted, together.bare) > 1e-3, "features do not change under the module")
  }

  const quiet: Check["run"] = async () => {
    const network = await toyNetwork()
    const evaluation = program({
      y: features(network, evaluated(network, moduleArrays(adapter, options, network, 1))),
    })
    assert.deepEqual(
      evaluation.noise.map(({ attributes }) => attributes.name),
      [],
    )
  }

  const gradients: Check["run"] = async () => {
    const network = await toyNetwork()
    const arrays = moduleArrays(adapter, options, network, 1)
    const { sites } = network.checkpoint
    const own = new Map(
      trainedNames(initialsFor(adapter, options, sites)).map((name) => [
        name,
        arrays.get(name) as HostTensor & { readonly data: Float64Array },
      ]),
    )
    const adapted = features(network, trainable(adapter, options, sites, { training: true }, arrays))
    const training = withGradients(overExamples(mul(adapted, adapted)), [...own.keys()])
    const noise = noiseFor(training.outputs, sizesOf(texts), randomStream(4, "noise"))
    const session = await (await reference()).compile(training)
    const feeds = { ...packed(texts), ...noise, ...Object.fromEntries(own) }
    const found = await session.run(feeds)
    const lossAlone = await (await reference()).compile(program({ loss: training.outputs.loss }))
    const looked = [...own].filter(([name]) => !cutGradients.some((cut) => name.endsWith(`/${cut}`)))
    const stride = Math.ceil(looked.length / MOST_GRADIENTS)
    for (const [name, { data }] of looked.filter((_, i) => i % stride === 0)) {
      await assertGradient(name, data, found[`gradient/${name}`].data, async () =>
        Number((await lossAlone.run(feeds)).loss.data[0]),
      )
    }
  }

  const library = async () => {
    const network = await toyNetwork()
    return { network, library: [1, 2, 3].map((seed) => moduleWith(adapter, options, network, seed)) }
  }
  /** What a transfer carries: an axis has the size of what it counts, whatever the widths. */
  const axes: Check["run"] = async () => {
    const { checkpoint } = await toyNetwork()
    for (const site of sitesFor(adapter, options, checkpoint.sites))
      for (const more of [0, 8]) {
        const wider = { ...site, in: site.in + more, out: site.out + more }
        const said = adapter.axes?.(wider, options)
        if (said === undefined) continue
        for (const [name, { shape }] of Object.entries<Initial>(adapter.parameters(wider, options))) {
          assert.equal(said[name]?.length, shape.length, `${name} at ${site.name}: a word for each axis`)
          said[name].forEach((axis, k) => {
            if (axis !== "own") assert.equal(shape[k], axis === "x" ? wider.in : wider.out, `axis ${k} of ${name}`)
          })
        }
      }
  }

  return [
    { name: "attaches somewhere, with parameters of whole shapes and names without a slash", run: attaches },
    { name: "the axes of its parameters have the sizes of what they are said to count", run: axes },
    {
      name: "a fresh module leaves the backbone as it is",
      run: fresh,
      ...(startsAsIdentity ? {} : { skip: "it is said to begin otherwise" }),
    },
    {
      name: "a text alone, packed with others, and a frozen module give the same; the module does something",
      run: layouts,
    },
    { name: "there is noise while training alone", run: quiet },
    { name: "gradients of its parameters are those of central differences", run: gradients },
    ...mixingChecks(texts, library, adapter.sites(options).includes("embeddings")),
  ]
}
