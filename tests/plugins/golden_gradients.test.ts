/** Every kind of adapter at one site against PyTorch in single precision: result and gradients, on shapes that a seed has drawn. */
import assert from "node:assert/strict"
import { test } from "node:test"
import {
  type Adapter,
  add,
  assembled,
  attention,
  grad,
  type Initial,
  input,
  matmul,
  mul,
  type Part,
  packedLayout,
  parameter,
  type Role,
  Schema,
  type Site,
  sum,
  type Tensor,
  tokenRows,
  weight,
  withRows,
  withVirtualTokens,
} from "../../src/plugin/index.ts"
import { loadPlugin } from "../../src/plugin/load.ts"
import { shipped } from "../../src/plugin/registry.ts"
import golden from "../golden/gradients.json" with { type: "json" }
import { apart, flat, hostOf, type Nested } from "../model/golden.ts"
import { layoutFeeds } from "../tensor/packed.ts"
import { evaluate, onOnnxruntime, onReference } from "../tensor/run.ts"

interface Golden {
  readonly adapter: string
  readonly role: Role
  readonly options: Readonly<Record<string, unknown>>
  readonly in: number
  readonly out: number
  readonly values: Readonly<Record<string, Nested>>
  /** Arrays that are not trained. */
  readonly ints?: Readonly<Record<string, readonly number[]>>
  readonly weights: Nested
  readonly result: Nested
  readonly gradients: Readonly<Record<string, Nested>>
}

const all = golden.adapters as unknown as readonly Golden[]
const MODE = { training: true }

const partFor = async (name: string, written: object): Promise<Part> => {
  const adapter = (await loadPlugin("adapter", name)) as Adapter
  const { madeOf } = adapter
  const parts = madeOf ? (written as Record<string, readonly { readonly name: string }[]>)[madeOf] : []
  const plain = madeOf ? { [madeOf]: parts.map((part) => part.name) } : written
  return {
    adapter: madeOf
      ? assembled(adapter, await Promise.all(parts.map(({ name: own, ...options }) => partFor(own, options))))
      : adapter,
    options: Schema.decodeUnknownSync(adapter.options)(plain as never),
  }
}

const layout = packedLayout()
const rows = tokenRows(layout)
const asTokens = (x: Tensor): Tensor => withRows(x, rows)

/** What leaves the site under the adapter; `leaf`: the values by name. */
const result = (one: Golden, { adapter, options }: Part, leaf: (name: string) => Tensor): Tensor => {
  const kind = one.role === "attention" || one.role === "embeddings" ? one.role : kindOf(one)
  const site: Site = { name: "site", kind, layer: 0, role: one.role, in: one.in, out: one.out }
  assert.ok(adapter.sites(options).includes(one.role), `${one.adapter} attaches at ${one.role}`)
  const x = asTokens(leaf("x"))
  const arrays = adapter.parameters(site, options)
  const p = Object.fromEntries(
    Object.keys(arrays).map((name): [string, Tensor] => {
      const fixed = one.ints?.[name]
      if (fixed) return [name, weight(name, { shape: [fixed.length], data: Int32Array.from(fixed) })]
      // Of a linear layer and a norm, b is the frozen bias.
      return [name, leaf(name in one.values && (kind === "attention" || name !== "b") ? name : `${name}_`)]
    }),
  )
  for (const [name, { shape }] of Object.entries<Initial>(arrays)) assert.deepEqual(p[name].shape, shape, name)
  if (kind === "embeddings") {
    const { tokens } = adapter.extend!(p, options, MODE, site) as { readonly tokens: Tensor }
    const joined = withVirtualTokens(x, input("positions", ["length"], "int", rows), tokens).tokens
    return attention(joined, joined, joined, 1)
  }
  if (kind === "attention") {
    const prefix = adapter.extend!(p, options, MODE, site) as { readonly keys: Tensor; readonly values: Tensor }
    return attention(x, asTokens(leaf("k")), asTokens(leaf("v")), 1, { prefix })
  }
  if (kind === "block") return adapter.forward!(x, asTokens(leaf("y")), p, options, MODE, { site })
  const [W, b] = [leaf("W"), leaf("b")]
  const y = add(kind === "norm" ? mul(x, W) : matmul(x, W), b)
  return adapter.forward!(x, y, p, options, MODE, { site, weight: W, bias: b })
}

const kindOf = ({ role }: Golden): Site["kind"] =>
  role.endsWith("norm") ? "norm" : role.endsWith("block") ? "block" : "linear"

const opened = { reference: onReference, onnxruntime: onOnnxruntime }
for (const [on, open] of Object.entries(opened))
  for (const [number, one] of all.entries())
    test(`golden: ${one.adapter} at ${one.role} on ${on} has PyTorch's result and gradients (${number}: ${JSON.stringify(one.options)})`, async () => {
      const part = await partFor(one.adapter, one.options)
      const hosts = Object.fromEntries(Object.entries(one.values).map(([name, value]) => [name, hostOf(value)]))
      const leaves = Object.fromEntries(
        Object.entries(hosts).map(([name, { shape }]) => [
          name,
          parameter(name, ["x", "y", "k", "v"].includes(name) ? ["tokens", shape[1]] : shape),
        ]),
      )
      const { rows: _, ...whole } = result(one, part, (name) => leaves[name])
      const names = Object.keys(one.gradients)
      const tokens = hosts.x.shape[0]
      // Tokens that join lie behind those of the text, whose result counts alone.
      const joining = (one.role === "embeddings" && (one.options.length as number)) || 0
      const zeros = new Array(joining * one.out).fill(0)
      const weights = {
        shape: [tokens + joining, one.out],
        data: Float32Array.from([...flat(one.weights), ...zeros]),
      }
      const loss = sum(mul(whole, input("weights", whole.shape)))
      const slopes = grad(
        loss,
        names.map((name) => leaves[name]),
      )
      const outputs = { result: whole, ...Object.fromEntries(names.map((name, i) => [`d ${name}`, slopes[i]])) }
      const found = await evaluate(await open(), outputs, { ...layoutFeeds([tokens]), ...hosts, weights })
      const near = (key: string, value: Nested) => {
        const gap = apart((found[key].data as Float32Array).slice(0, flat(value).length), value)
        // single precision on both sides, and numbers up to some hundreds
        const largest = Math.max(1, ...flat(value).map(Math.abs))
        assert.ok(gap < 1e-5 * largest, `${key} is off by ${gap}, where the largest is ${largest}`)
      }
      near("result", one.result)
      for (const name of names) near(`d ${name}`, one.gradients[name])
    })

test("every adapter that ships takes part", () => {
  assert.deepEqual(
    [...new Set(all.map(({ adapter }) => adapter))].sort(),
    shipped("adapter").map(({ name }) => name),
  )
})
