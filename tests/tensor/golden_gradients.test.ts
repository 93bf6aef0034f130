/** Results and gradients of operators against PyTorch's in single precision, on shapes that a seed has drawn. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { fuse } from "../../src/tensor/fusion.ts"
import { withHeads } from "../../src/tensor/heads.ts"
import { grad, input, mul, program } from "../../src/tensor/index.ts"
import { sum } from "../../src/tensor/operators/broadcasting.ts"
import { operators } from "../../src/tensor/operators/table.ts"
import golden from "../golden/gradients.json" with { type: "json" }
import { apart, hostOf, type Nested } from "../model/golden.ts"
import { cases, type Sizes } from "./cases.ts"
import { draw } from "./draw.ts"
import { evaluate, type Feeds, onOnnxruntime, onReference } from "./run.ts"

interface Golden {
  readonly name: string
  readonly sizes: Sizes
  readonly values: Readonly<Record<string, Nested>>
  readonly weights: Nested
  readonly result: Nested
  readonly gradients: Readonly<Record<string, Nested>>
}

const all = golden.operators as unknown as readonly Golden[]
const caseOf = (name: string) => cases.find((one) => one.name === name)!

/** Result and gradients of the case, as formulas. */
const formulas = ({ name, sizes, gradients }: Golden) => {
  const { variables, result, feeds } = draw(caseOf(name), sizes)
  const { rows: _, ...bare } = result
  const loss = sum(
    mul(bare, input("weights", bare.shape)),
    bare.shape.map((_, axis) => axis),
  )
  assert.deepEqual(Object.keys(variables).sort(), Object.keys(gradients).sort(), name)
  const names = Object.keys(variables)
  const slopes = grad(
    loss,
    names.map((one) => variables[one]),
  )
  return { feeds, outputs: { result, ...Object.fromEntries(names.map((one, i) => [`d ${one}`, slopes[i]])) } }
}

const opened = { reference: onReference, onnxruntime: onOnnxruntime }
for (const [on, open] of Object.entries(opened))
  for (const [name, drawn] of Map.groupBy(all, (one) => one.name))
    test(`golden: ${name} on ${on} has PyTorch's result and gradients`, async () => {
      const engine = await open()
      for (const one of drawn) {
        const { feeds, outputs } = formulas(one)
        const given: Feeds = Object.fromEntries(
          Object.entries({ ...one.values, weights: one.weights }).map(([key, value]) => [key, hostOf(value)]),
        )
        const found = await evaluate(engine, outputs, { ...feeds, ...given })
        const wanted = { result: one.result, ...prefixed(one.gradients) }
        for (const [key, value] of Object.entries(wanted)) {
          const gap = apart(found[key].data as Float32Array, value)
          // single precision on both sides, and numbers up to some tens
          assert.ok(gap < 3e-5, `${key} of ${JSON.stringify(one.sizes)} is off by ${gap}`)
        }
      }
    })

const prefixed = (gradients: Golden["gradients"]): Readonly<Record<string, Nested>> =>
  Object.fromEntries(Object.entries(gradients).map(([name, value]) => [`d ${name}`, value]))

/** Those without a gradient: comparisons, places, what is rounded, the graph's own numbers; and a mixture, which is written out as a product. */
const OTHERS = ["argmax", "rounded", "greater", "less", "equal", "topKMask", "oneHot", "count", "range", "mixture"]
/** Examples in length buckets, of states wider than any here: heads.test.ts. */
const BUCKETS = ["bucket", "fromBuckets"]
/** What backends are given that ask for blocks: blocks.test.ts. */
const BLOCKS = ["toBlocks", "fromBlocks", "blockedProduct"]

test("every operator that has a gradient takes part", () => {
  const programs = all.map((one) => program(formulas(one).outputs))
  const emitted = programs.map((one) => fuse(withHeads(one)))
  const met = new Set([...programs, ...emitted].flatMap(({ nodes }) => nodes.map(({ op }) => op)))
  assert.deepEqual(
    [...operators.keys()].filter((name) => !met.has(name) && ![...OTHERS, ...BUCKETS, ...BLOCKS].includes(name)),
    [],
  )
})
