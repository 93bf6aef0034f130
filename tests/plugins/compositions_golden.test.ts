/** Compositions against HF PEFT's add_weighted_adapter and against formulas in PyTorch. */
import assert from "node:assert/strict"
import { test } from "node:test"
import full from "../../plugins/adapters/full.ts"
import ia3 from "../../plugins/adapters/ia3.ts"
import lora from "../../plugins/adapters/lora.ts"
import addition from "../../plugins/compositions/addition.ts"
import analogy from "../../plugins/compositions/analogy.ts"
import concatenation from "../../plugins/compositions/concatenation.ts"
import dare, { dropped } from "../../plugins/compositions/dare.ts"
import fisher from "../../plugins/compositions/fisher.ts"
import linear from "../../plugins/compositions/linear.ts"
import negation from "../../plugins/compositions/negation.ts"
import svd from "../../plugins/compositions/svd.ts"
import ties from "../../plugins/compositions/ties.ts"
import { packed } from "../../src/model/batch.ts"
import { arraysOf } from "../../src/model/composed.ts"
import { sitesOf } from "../../src/model/composing.ts"
import { encoder } from "../../src/model/encoder.ts"
import { bySite, type Library, NO_HEAD } from "../../src/model/library.ts"
import { frozen } from "../../src/model/single.ts"
import {
  type Adapter,
  type Composed,
  type Composition,
  type HostTensor,
  product,
  type RandomStream,
  randomStream,
  Schema,
} from "../../src/plugin/index.ts"
import { fisher as fisherStep } from "../../src/run/steps/composing/fisher.ts"
import { storedTexts } from "../../src/run/steps/given.ts"
import { run } from "../../src/testing/run_program.ts"
import { backbone, workOf } from "../../src/testing/work.ts"
import golden from "../golden/compositions.json" with { type: "json" }
import { apart, DIGITS, engines, flat, hostOf, hostsOf, type Nested, textsOf, tinyBert } from "../model/golden.ts"

type Sites = Readonly<Record<string, Nested>>
const TASKS = ["first", "second", "third"]
/** torch rounds the weights to float32, and golden values have seven digits. */
const TOLERANCE = 2e-6

const decoded = (plugin: Composition | Adapter, written: object): unknown =>
  Schema.decodeUnknownSync(plugin.options)(written as never)

const libraryOf = (adapter: Adapter, options: object, modules: readonly object[]): Library =>
  modules.map((sites, i) => ({
    task: TASKS[i],
    adapter,
    options: decoded(adapter, options),
    sites: Object.fromEntries(Object.entries(sites).map(([site, arrays]) => [site, hostsOf(arrays)])),
    head: NO_HEAD,
  }))

const { name: _, ...settings } = golden.adapter
const LORAS = libraryOf(lora, settings, golden.modules)
const SCALES = libraryOf(ia3, { targets: ["query", "value"], inputs: [] }, golden.scales)

const named = (weights: readonly number[]) => Object.fromEntries(TASKS.map((task, i) => [task, weights[i]]))

type Stream = (...names: readonly (string | number)[]) => RandomStream

/** By site. */
const composed = async (
  composition: Composition,
  written: object,
  library: Library = LORAS,
  {
    stream = (...names) => randomStream(1, ...names),
    information,
  }: { readonly stream?: Stream; readonly information?: readonly ReadonlyMap<string, HostTensor>[] } = {},
) => {
  const options = decoded(composition, written)
  const places = sitesOf(await tinyBert(), library, composition.weights(options, TASKS), information)
  const results = composition.compose({ places, stream }, options) as readonly Composed[]
  return { places, results, of: new Map(places.map(({ site }, k) => [site, results[k]])) }
}

const updateOf = (result: Composed): Float64Array =>
  "update" in result
    ? Float64Array.from(result.update.data as Float64Array)
    : product((result as Composed & { factors: never }).factors)

const assertUpdates = (of: ReadonlyMap<string, Composed>, expected: Sites, what: string) => {
  for (const [site, update] of Object.entries(expected)) {
    const gap = apart(updateOf(of.get(site) as Composed), update)
    assert.ok(gap <= TOLERANCE, `${what} at ${site}: differs by ${gap}`)
  }
}

/** Pooled states of the texts under the composed module. */
const pooledUnder = async ({ places, results }: Awaited<ReturnType<typeof composed>>): Promise<HostTensor> => {
  const targets = ["query", "value"]
  const [first] = results
  const [adapter, options] =
    "factors" in first
      ? [lora, decoded(lora, { rank: first.factors.A.shape[1], alpha: first.factors.A.shape[1], targets })]
      : [full, decoded(full, { targets })]
  const sites = bySite(arraysOf(places, results))
  const { features } = encoder(await tinyBert(), frozen({ task: "", adapter, options, sites, head: NO_HEAD }))
  return (await run(await engines.reference(), { features }, packed(textsOf(golden.ids)))).features
}

const compositionFor = (name: string): Composition =>
  name.startsWith("svd") ? svd : name === "cat" ? concatenation : name.startsWith("ties") ? ties : linear

for (const { name, signed, options, updates, pooled } of golden.peft)
  test(`golden: add_weighted_adapter of PEFT, ${name}`, async () => {
    const written = { ...options, weights: named(signed ? golden.signed : golden.weights) }
    const found = await composed(compositionFor(name), written)
    assertUpdates(found.of, updates, name)
    const gap = apart((await pooledUnder(found)).data as Float64Array, pooled)
    assert.ok(gap <= 2e-5, `pooled states differ by ${gap}`)
  })

/** A stream that gives torch's mask: 1 where an entry is dropped, 0 would keep. */
const masked =
  (masks: Readonly<Record<string, readonly Readonly<Record<string, Nested>>[]>>): Stream =>
  (...names) => {
    const [task, site, array] = names as [string, string, "A" | "B"]
    const kept = Array.from(hostOf(masks[site][TASKS.indexOf(task)][array]).data as Float32Array)
    let at = 0
    return { ...randomStream(0), uniform: () => (kept[at++] === 1 ? 1 : 0) }
  }

for (const { name, options, updates, masks } of golden.dare)
  test(`golden: ${name} of PEFT, given its masks`, async () => {
    const written = { ...options, drop: 0.4, weights: named(golden.weights) }
    const found = await composed(dare, written, LORAS, { stream: masked(masks) })
    assertUpdates(found.of, updates, name)
  })

test("I16: what DARE leaves is right on average, E m tau / (1 - p) = tau, and without dropping it is tau", () => {
  const tau = Float64Array.from([1, -2, 0.5, 4])
  assert.deepEqual(dropped(tau, 0, randomStream(1)), tau)
  const random = randomStream(2)
  const draws = 20000
  const p = 0.7
  const sum = new Float64Array(tau.length)
  for (let i = 0; i < draws; i++)
    dropped(tau, p, random).forEach((value, k) => {
      sum[k] += value / draws
    })
  // Of each entry the standard error is |tau| sqrt(p / (1 - p) / draws); five of them are hardly ever exceeded.
  tau.forEach((value, k) => {
    assert.ok(
      Math.abs(sum[k] - value) <= 5 * Math.abs(value) * Math.sqrt(p / (1 - p) / draws),
      `${sum[k]} for ${value}`,
    )
  })
})

test("golden: mttl's sums of A and of B apart, and TIES over all entries of a module", async () => {
  const weights = named(golden.weights)
  assertUpdates((await composed(linear, { on: "factors", weights })).of, golden.mttl.linear, "linear")
  const trimmed = await composed(ties, { on: "factors", density: 0.2 })
  assertUpdates(trimmed.of, golden.mttl.ties, "ties")
})

const OPERATORS: readonly (readonly [string, Composition, object])[] = [
  ["addition", addition, { weights: { first: 0.6, second: 0.4 } }],
  ["negation", negation, { task: "second", scale: 0.5 }],
  ["negation", negation, { task: "second", scale: 0.5, factor: "A" }],
  ["reflection", negation, { task: "second" }],
  ["analogy", analogy, { start: "first", plus: "second", minus: "third", keep: 0.8, shift: 0.3 }],
]

for (const [name, composition, written] of OPERATORS)
  test(`golden: ${name} of LoRA and of (IA)3, ${JSON.stringify(written)}`, async () => {
    const updates = (golden.arithmetic.lora as unknown as Readonly<Record<string, Sites>>)[name]
    if (updates) assertUpdates((await composed(composition, written)).of, updates, name)
    const vectors = (golden.arithmetic.ia3 as unknown as Readonly<Record<string, Sites>>)[name]
    const { of } = await composed(composition, written, SCALES)
    for (const [site, l] of Object.entries(vectors)) {
      const { parameters } = of.get(site) as Composed & { readonly parameters: Readonly<Record<string, HostTensor>> }
      const gap = apart(parameters.l.data as Float64Array, l)
      assert.ok(gap <= TOLERANCE, `${name} at ${site}: differs by ${gap}`)
    }
  })

for (const labels of ["expected", "given"] as const)
  test(`golden: Fisher information by ${labels} labels, and the merge by it`, async () => {
    const [network, engine] = [await tinyBert(), await engines.reference()]
    const { information, merged } = golden.fisher[labels]
    const found = await Promise.all(
      golden.modules.map(async (sites, m) => {
        const arrays = Object.fromEntries([
          ...Object.entries(sites).flatMap(([site, own]) =>
            Object.entries(hostsOf(own)).map(([n, array]) => [`${site}/${n}`, array]),
          ),
          ...Object.entries(hostsOf(golden.heads[m])).map(([n, array]) => [`head/${n}`, array]),
        ])
        const module = {
          json: { task: TASKS[m], adapter: { plugin: "lora", options: decoded(lora, settings) } },
          arrays,
        }
        const tokens = {
          json: { labels: ["a", "b", "c"] },
          arrays: {
            ...storedTexts("train", textsOf(golden.ids)),
            "train/labels": { shape: [3], data: Int32Array.from(golden.labels[m]) },
          },
        }
        const options = { backbone, examples: 3, labels, task: TASKS[m], seed: 1 }
        return fisherStep(workOf({ network, engine }, options, { module, tokens } as never))
      }),
    )
    found.forEach(({ arrays }, m) => {
      for (const [site, own] of Object.entries(information[m]))
        for (const [n, F] of Object.entries(own)) {
          const gap = apart(arrays[`${site}/${n}`].data as Float32Array, F as Nested)
          // Both are squares of sums in float32 parameters: as exact as the largest of them allows.
          const largest = Math.max(...flat(F as Nested))
          assert.ok(gap <= 2e-6 * largest, `information of ${TASKS[m]} at ${site}/${n}: differs by ${gap}`)
        }
    })
    const given = information.map(
      (sites) =>
        new Map(
          Object.entries(sites).flatMap(([site, own]) =>
            Object.entries(hostsOf(own)).map(([n, array]) => [`${site}/${n}`, array] as const),
          ),
        ),
    )
    const { of } = await composed(fisher, { labels, weights: named(golden.weights) }, LORAS, { information: given })
    for (const [site, own] of Object.entries(merged)) {
      const { parameters } = of.get(site) as Composed & { readonly parameters: Readonly<Record<string, HostTensor>> }
      for (const [n, expected] of Object.entries(own)) {
        const gap = apart(parameters[n].data as Float64Array, expected)
        assert.ok(gap <= 10 * DIGITS, `merged at ${site}/${n}: differs by ${gap}`)
      }
    }
  })
