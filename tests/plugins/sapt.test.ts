/** SAPT along a stream: keys of earlier tasks, the attention that is recorded, and the reflection on it. */
import assert from "node:assert/strict"
import { test } from "node:test"
import sapt from "../../plugins/routers/sapt.ts"
import type { Artifact } from "../../src/plan/step.ts"
import { constant, parameter, type Router, Schema } from "../../src/plugin/index.ts"
import { textsIn } from "../../src/run/steps/given.ts"
import { evaluated, fittedFrom } from "../../src/testing/routed_stream.ts"
import { toyBench } from "../../src/testing/router_bench.ts"
import { blindOf } from "../../src/testing/toy_stream.ts"
import { compute, matrix, rows } from "./formula.ts"

const router: Router = sapt
const decoded = (written: object) => Schema.decodeUnknownSync(router.options)(written as never)

const of = ({ arrays }: Artifact, name: string) => arrays[`unit/model/${name}`]
const row = (artifact: Artifact, name: string, t: number): readonly number[] => {
  const { shape, data } = of(artifact, name)
  return Array.from(data.slice(t * shape[1], (t + 1) * shape[1]) as Float32Array)
}

const stages = async (written: object) => {
  const { bench, stream } = await toyBench(router)
  const setting = { router, options: decoded({ projection: 3, ...written }) }
  return { bench, stream, setting, fits: await fittedFrom(bench, setting, stream, 0) }
}

test("keys of earlier tasks keep their bytes, the new key and the projection are learnt", async () => {
  const { fits } = await stages({})
  for (const k of [1, 2]) {
    for (let t = 0; t < k; t++) assert.deepEqual(row(fits[k], "keys", t), row(fits[k - 1], "keys", t), `key ${t}`)
    assert.notDeepEqual(of(fits[k], "W1").data, of(fits[k - 1], "W1").data)
  }
  const { fits: onMemory } = await stages({ data: "memory" })
  assert.notDeepEqual(row(onMemory[2], "keys", 0), row(onMemory[1], "keys", 0), "on the memory all keys are learnt")
})

type Stages = Awaited<ReturnType<typeof stages>>

/** Attention of the remembered texts of a task at a stage, [text][module]. */
const attention = async ({ bench, stream, setting, fits }: Stages, task: number, stage: number) => {
  const all = textsIn(stream.tokens[task], "train")
  const texts = Array.from(stream.memories[task].arrays.indices.data, (i) => all[Number(i)])
  const seen = { ...stream, modules: stream.modules.slice(0, stage + 1), blind: blindOf(texts, 3) }
  const { gates } = await evaluated(bench, setting, seen, fits[stage])
  const width = stage + 1
  return texts.map((_, i) => Array.from(gates.model.data.slice(i * width, (i + 1) * width) as Float32Array))
}

test("what is recorded of a task is its mean attention when it was the newest; later stages keep it", async () => {
  const made = await stages({})
  for (const k of [0, 1, 2]) {
    const each = await attention(made, k, k)
    const recorded = row(made.fits[k], "recorded", k)
    recorded.forEach((kept, m) => {
      const mean = each.reduce((sum, gates) => sum + gates[m], 0) / each.length
      assert.ok(Math.abs(mean - kept) < 1e-5, `task ${k}, module ${m}: recorded ${kept}, its texts ${mean}`)
    })
    for (let t = 0; t < k; t++)
      assert.deepEqual(
        row(made.fits[k], "recorded", t),
        [...row(made.fits[k - 1], "recorded", t), 0],
        `row ${t} at stage ${k}`,
      )
  }
})

test("reflection keeps the attention of earlier tasks nearer to what is recorded", async () => {
  const strayed = async (reflection: number): Promise<number> => {
    const made = await stages({ reflection })
    let divergence = 0
    for (const task of [0, 1]) {
      const target = row(made.fits[2], "recorded", task)
      for (const gates of await attention(made, task, 2))
        target.forEach((a, m) => {
          if (a > 0) divergence += a * Math.log(a / gates[m])
        })
    }
    return divergence
  }
  const [without, reflected] = [await strayed(0), await strayed(5)]
  assert.ok(reflected < 0.5 * without, `${reflected}, without reflection ${without}`)
})

const loss = async (
  recorded: readonly (readonly number[])[],
  gates: readonly (readonly number[])[],
  task: readonly number[],
  reflection = 0.5,
) => {
  const modules = gates[0].length
  const own = router.loss!(
    {
      units: [
        {
          unit: "model",
          gates: rows("gates", modules),
          query: rows("gates", modules),
          p: { recorded: parameter("recorded", [modules, modules]), keys: constant([[0]]) },
        },
      ],
      task: rows("task", modules),
      newest: rows("newest", 1),
    },
    decoded({ reflection }),
  )
  const one = (t: number) => Array.from({ length: modules }, (_, i) => (i === t ? 1 : 0))
  const found = await compute(
    { own },
    {
      gates: matrix(gates),
      recorded: matrix(recorded),
      task: matrix(task.map(one)),
      newest: matrix(task.map((t) => [t === modules - 1 ? 1 : 0])),
    },
  )
  return found.own[0][0]
}

test("the divergence by hand: each earlier task has its mean, the newest has no part", async () => {
  const recorded = [
    [0.5, 0.5, 0],
    [0, 1, 0],
    [0, 0, 0],
  ]
  const gates = [
    [0.25, 0.5, 0.25],
    [0.5, 0.25, 0.25],
    [0.1, 0.8, 0.1],
    [0.9, 0.05, 0.05],
  ]
  const first = 0.5 * Math.log(0.5 / 0.25) + 0.5 * Math.log(0.5 / 0.5) // and the same for the second text, whose gates are exchanged
  const second = Math.log(1 / 0.8)
  assert.ok(Math.abs((await loss(recorded, gates, [0, 0, 1, 2])) - 0.5 * (first + second)) < 1e-9)
  assert.equal(await loss(recorded, [gates[3]], [2]), 0)
  assert.ok(
    Math.abs(
      await loss(
        recorded,
        [
          [0.5, 0.5, 0],
          [0, 1, 0],
        ],
        [0, 1],
      ),
    ) < 1e-9,
    "as recorded",
  )
})
