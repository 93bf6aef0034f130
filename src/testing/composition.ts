/**
 * Tests of any composition: `testComposition(plugin, options)` in a test file of node:test.
 * On toy modules, by the steps of a run: what it gives, that it depends on no order, and what holds of any composition.
 */
import assert from "node:assert/strict"
import type { Composition } from "../plugin/index.ts"
import { turnedDown } from "../run/steps/not_served.ts"
import { StepError } from "../run/work.ts"
import { type Check, register } from "./check.ts"
import { type ComposedSetting, composed, errorIn, featuresUnder, frozenFeatures, unlearnt } from "./composed_stream.ts"
import { assertNear } from "./nearness.ts"
import { decoded, titleOf, type Written } from "./plugin_options.ts"
import { type AdapterName, toyBench } from "./router_bench.ts"

export interface CompositionSettings {
  /** It leaves parts of a module out (trims, drops, cuts the rank), so that one module alone is not what comes of it. */
  readonly lossy?: boolean
  /** On low-rank modules it is the weighted sum of their outputs. */
  readonly exact?: boolean
}

/** Modules are stored in float32. */
const TOLERANCE = 2e-5

const ADAPTERS: readonly AdapterName[] = ["low_rank", "scaled", "bottleneck", "biases", "prefix"]

export const testComposition = (
  composition: Composition,
  written: Written = {},
  settings: CompositionSettings = {},
): void => register(titleOf(composition, written), compositionChecks(composition, written, settings))

export const compositionChecks = (
  composition: Composition,
  written: Written = {},
  { lossy = false, exact = false }: CompositionSettings = {},
): readonly Check[] => {
  const setting: ComposedSetting = { composition, options: decoded(composition, written) }
  const bench = (adapters: readonly AdapterName[], tasks = 3) => toyBench(composition, "reference", adapters, tasks)
  const relative = (module: Parameters<typeof errorIn>[0]) =>
    Math.max(...errorIn(module).sites.map(({ distance, sum }) => (sum === 0 ? distance : distance / sum)))

  const finite: Check["run"] = async () => {
    for (const adapter of ADAPTERS)
      for (const tasks of [1, 2, 3]) {
        const { bench: at, stream } = await bench([adapter], tasks)
        const [once, again] = [await composed(at, setting, stream), await composed(at, setting, stream)]
        const reason = turnedDown(once)
        if (reason !== undefined) {
          assert.ok(reason.length > 0 && adapter !== "low_rank", `turns low-rank modules down: ${reason}`)
          continue
        }
        for (const [name, { data }] of Object.entries(once.arrays))
          assert.deepEqual(again.arrays[name].data, data, name)
        const { weights, sites, logits } = errorIn(once)
        assert.equal(weights.length, tasks)
        assert.ok(sites.every(({ distance, sum }) => Number.isFinite(distance) && Number.isFinite(sum)))
        assert.ok(Number.isFinite(logits?.max) && Number.isFinite(logits?.mean))
        assert.ok(Array.from((await featuresUnder(at, stream, once)).data).every(Number.isFinite))
      }
  }

  const unlike: Check["run"] = async () => {
    for (const names of [
      ["low_rank", "higher_rank"],
      ["bottleneck", "low_rank"],
      ["biases", "prefix"],
    ] as const) {
      const { bench: at, stream } = await bench(names)
      try {
        const reason = turnedDown(await composed(at, setting, stream))
        assert.notEqual(reason, "", "it turns the library down without a reason")
      } catch (error) {
        assert.ok(error instanceof StepError, String(error))
      }
    }
  }

  const order: Check["run"] = async () => {
    for (const adapter of ["low_rank", "scaled"] as const) {
      const { bench: at, stream } = await bench([adapter])
      const turn = <A>(all: readonly A[]): readonly A[] => [2, 0, 1].map((t) => all[t])
      const turned = { ...stream, modules: turn(stream.modules), tokens: turn(stream.tokens) }
      const [before, after] = [await composed(at, setting, stream), await composed(at, setting, turned)]
      if (turnedDown(before) !== undefined) continue
      assertNear(await featuresUnder(at, turned, after), await featuresUnder(at, stream, before), TOLERANCE, adapter)
      assert.deepEqual(errorIn(after).weights, turn(errorIn(before).weights))
    }
  }

  /** Of one module whose weight is one or minus one, the sum is the module itself or its opposite. */
  const alone: Check["run"] = async () => {
    for (const adapter of ["low_rank", "scaled"] as const) {
      const { bench: at, stream } = await bench([adapter], 1)
      const one = await composed(at, setting, stream)
      // Where factors are combined apart, another weight stands in both.
      if (turnedDown(one) !== undefined || (!exact && Math.abs(errorIn(one).weights[0]) !== 1)) continue
      assert.ok(relative(one) < TOLERANCE, `${adapter}: ${relative(one)} of the sum`)
      if (adapter === "low_rank")
        assert.ok(errorIn(one).logits!.max < 1e-4, `logits move by ${errorIn(one).logits!.max}`)
    }
  }

  const sum: Check["run"] = async () => {
    const { bench: at, stream } = await bench(["low_rank"])
    const one = await composed(at, setting, stream)
    assert.ok(relative(one) < TOLERANCE, `${relative(one)} of the sum`)
    assert.ok(errorIn(one).logits!.max < 1e-4, `logits move by ${errorIn(one).logits!.max}`)
  }

  const origin: Check["run"] = async () => {
    for (const adapter of ["low_rank", "scaled", "biases"] as const) {
      const { bench: at, stream } = await bench([adapter])
      const modules = await Promise.all(stream.modules.map((module) => unlearnt(at, module)))
      const one = await composed(at, setting, { ...stream, modules })
      if (turnedDown(one) !== undefined) continue
      assertNear(await featuresUnder(at, stream, one), await frozenFeatures(at, stream), TOLERANCE, adapter)
    }
  }

  return [
    { name: "one finite module of one, two and three, or a reason; the same when composed again", run: finite },
    { name: "unlike modules are composed, or it says why they cannot be", run: unlike },
    { name: "modules in another order, with their weights, give the same module", run: order },
    {
      name: "one module alone is that module, or its opposite where its weight is minus one",
      run: alone,
      ...(lossy ? { skip: "it leaves parts of a module out" } : {}),
    },
    {
      name: "it is the weighted sum of the modules' outputs",
      run: sum,
      ...(exact ? {} : { skip: "it stands for that sum, and is not it" }),
    },
    { name: "modules that have learnt nothing give the network as it was", run: origin },
  ]
}
