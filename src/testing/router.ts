/**
 * Tests of any router: `testRouter(plugin, options)` in a test file of node:test.
 * On a toy stream, by the steps of a run: what it declares, its gates, its training, and that it sees each text by itself.
 */
import assert from "node:assert/strict"
import { routingOf } from "../plan/rows/routing.ts"
import type { Router } from "../plugin/index.ts"
import { turnedDown } from "../run/steps/not_served.ts"
import { StepError } from "../run/work.ts"
import { type Check, register } from "./check.ts"
import { independenceChecks } from "./independence.ts"
import { assertNear } from "./nearness.ts"
import { decoded, titleOf, type Written } from "./plugin_options.ts"
import { evaluated, fitted, fittedOnce, type Setting } from "./routed_stream.ts"
import { toyBench } from "./router_bench.ts"
import { drawsNoise, drawsPlaces, trainingChecks } from "./router_training.ts"
import { inOrder } from "./toy_stream.ts"

export interface RouterSettings {
  /** Its gates are smooth in its parameters, so that central differences tell their gradient. Default true; false for straight-through gates. */
  readonly smooth?: boolean
}

export const testRouter = (router: Router, written: Written = {}, settings: RouterSettings = {}): void =>
  register(titleOf(router, written), routerChecks(router, written, settings))

export const routerChecks = (
  router: Router,
  written: Written = {},
  { smooth = true }: RouterSettings = {},
): readonly Check[] => {
  const setting: Setting = { router, options: decoded(router, written) }
  const routing = router.routing(setting.options)
  const fit = router.fit?.(setting.options) ?? {}
  const finite = ({ data }: { readonly data: ArrayLike<number> }) => Array.from(data).every(Number.isFinite)

  const declared: Check["run"] = async () => {
    assert.doesNotThrow(() => routingOf(router, setting.options))
  }

  const gates: Check["run"] = async () => {
    for (const tasks of [1, 2, 3]) {
      const { bench, stream } = await toyBench(router, "reference", ["low_rank"], tasks)
      const [once, again] = [await fittedOnce(bench, setting, stream), await fitted(bench, setting, stream)]
      for (const [name, { data }] of Object.entries(once.arrays)) assert.deepEqual(again.arrays[name].data, data, name)
      const evaluation = await evaluated(bench, setting, stream, once)
      assert.ok(finite(evaluation.logits), "logits are not finite")
      for (const [unit, rows] of Object.entries(evaluation.gates)) {
        assert.deepEqual([...rows.shape], [evaluation.logits.shape[0], tasks], `gates at ${unit}`)
        assert.ok(finite(rows), `gates at ${unit} are not finite`)
      }
    }
  }

  const unlike: Check["run"] = async () => {
    for (const names of [
      ["low_rank", "higher_rank"],
      ["bottleneck", "low_rank"],
      ["biases", "prefix"],
    ] as const) {
      const { bench, stream } = await toyBench(router, "reference", names)
      try {
        const fit = await fitted(bench, setting, stream)
        const reason = turnedDown(fit)
        if (reason === undefined) assert.ok(finite((await evaluated(bench, setting, stream, fit)).logits))
        else assert.ok(reason.length > 0, "it turns the library down without a reason")
      } catch (error) {
        assert.ok(error instanceof StepError, String(error))
      }
    }
  }

  const order: Check["run"] = async () => {
    const { bench, stream } = await toyBench(router)
    const order = [2, 0, 1]
    const turned = inOrder(stream, order)
    const before = await evaluated(bench, setting, stream, await fittedOnce(bench, setting, stream))
    const after = await evaluated(bench, setting, turned, await fitted(bench, setting, turned))
    for (const [unit, { data }] of Object.entries(before.gates))
      assertNear(
        after.gates[unit],
        { data: Float64Array.from(data, (_, i) => Number(data[i - (i % 3) + order[i % 3]])) },
        1e-4,
        `gates at ${unit}`,
      )
    const classes = before.logits.shape[1] / 3
    after.predicted.forEach((c, i) => {
      if (before.margin[i] > 1e-4)
        assert.equal(
          order[Math.floor(c / classes)] * classes + (c % classes),
          before.predicted[i],
          `the prediction for text ${i}`,
        )
    })
  }
  const places =
    routing.query === "draw"
      ? "it draws a place in the library"
      : drawsNoise(setting)
        ? "its training draws noise for places in the library"
        : drawsPlaces(setting)
          ? "its first values are drawn for places in the library"
          : fit.continues
            ? "its fit goes on from task to task"
            : typeof fit.by === "object"
              ? "its search draws numbers for places in the library"
              : undefined

  return [
    { name: "what it declares can be carried out", run: declared },
    { name: "a gate for each module, finite, and the same when fitted again", run: gates },
    { name: "serves libraries of unlike modules, or says why it cannot", run: unlike },
    { name: "modules in another order have the same gates, in that order", run: order, skip: places },
    ...(router.parameters ? trainingChecks(setting, smooth) : []),
    ...independenceChecks(router, written),
  ]
}
