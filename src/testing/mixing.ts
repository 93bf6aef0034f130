/** Tests of a gated library: what averaging outputs or parameters must give, whatever the adapter. */
import assert from "node:assert/strict"
import { packed } from "../model/batch.ts"
import { encoder, type Network } from "../model/encoder.ts"
import { freshModule } from "../model/initial.ts"
import type { Library, TrainedModule } from "../model/library.ts"
import { frozen, initialsFor } from "../model/single.ts"
import { type HostTensor, isLowRank, randomStream, type TokenIds } from "../plugin/index.ts"
import type { Check } from "./check.ts"
import { type Mix, underGivenGates } from "./given_gates.ts"
import { assertNear, gap } from "./nearness.ts"
import { run, runAlone } from "./run_program.ts"
import { engineOf } from "./toy_network.ts"

interface Given {
  readonly network: Network
  /** Modules of one adapter. */
  readonly library: Library
}

/** Stacked parameters are kept in float32. */
const TOLERANCE = 2e-6

const ALL_MIXES: readonly Mix[] = (["example", "token"] as const).flatMap((granularity) => [
  { aggregate: "outputs", granularity },
  { aggregate: "parameters", mix: "factors", granularity },
  { aggregate: "parameters", mix: "outer", granularity },
])

const name = ({ aggregate, mix, granularity }: Mix): string =>
  `${aggregate}${mix ? ` (${mix})` : ""} per ${granularity}`

/** The average of the modules' parameters with some weights, as a module of its own; distances count from what scales start with. */
const averaged = ({ network, library }: Given, weights: readonly number[]): TrainedModule => {
  const [{ adapter, options }] = library
  const initials = initialsFor(adapter, options, network.checkpoint.sites)
  const fresh = freshModule(network, adapter, options, () => randomStream(0))
  const start = (name: string, i: number): number =>
    ["ones", "column_norm"].includes(initials.get(name)!.draw) ? Number(fresh.get(name)!.data[i]) : 0
  const mean = (site: string, part: string, i: number): number => {
    const from = start(`${site}/${part}`, i)
    return library.reduce((sum, { sites }, m) => sum + weights[m] * (Number(sites[site][part].data[i]) - from), from)
  }
  const parts = ([site, parameters]: readonly [string, Readonly<Record<string, HostTensor>>]) =>
    Object.entries(parameters).map(([part, { shape, data }]): [string, HostTensor] => [
      part,
      initials.get(`${site}/${part}`)!.trained === false
        ? { shape, data }
        : { shape, data: Float64Array.from({ length: data.length }, (_, i) => mean(site, part, i)) },
    ])
  const sites = Object.entries(library[0].sites).map((one) => [one[0], Object.fromEntries(parts(one))] as const)
  return { ...library[0], sites: Object.fromEntries(sites) }
}

/** `prompts`: the modules add tokens to a text, which are there whatever the gates, and cannot be weighed by each token of it. */
export const mixingChecks = (
  texts: readonly TokenIds[],
  given: () => Promise<Given>,
  prompts = false,
): readonly Check[] => {
  const MIXES = ALL_MIXES.filter(({ granularity }) => granularity === "example" || !prompts)
  const granularities = prompts ? (["example"] as const) : (["example", "token"] as const)
  const random = randomStream(5, "gates")
  const gates = texts.map(() => [0, 1, 2].map(() => random.uniform()))
  const fed = (rows: readonly (readonly number[])[]): HostTensor => ({
    shape: [rows.length, rows[0].length],
    data: Float64Array.from(rows.flat()),
  })
  const features = async ({ network, library }: Given, mix: Mix, rows = gates) =>
    (
      await run(
        await engineOf("reference"),
        { y: underGivenGates(network, library, mix) },
        { ...packed(texts), query: fed(rows) },
      )
    ).y

  const alone: Check["run"] = async () => {
    const all = await given()
    for (const [m, module] of all.library.entries()) {
      const { y } = await run(
        await engineOf("reference"),
        { y: encoder(all.network, frozen(module)).features },
        packed(texts),
      )
      const only = texts.map(() => all.library.map((_, i) => (i === m ? 1 : 0)))
      for (const mix of MIXES) assertNear(await features(all, mix, only), y, TOLERANCE, `${name(mix)}, module ${m + 1}`)
      for (const mix of MIXES)
        assertNear(
          await features(
            { ...all, library: [module] },
            mix,
            texts.map(() => [1]),
          ),
          y,
          TOLERANCE,
          `${name(mix)}, a library of it alone`,
        )
    }
  }

  const closed: Check["run"] = async () => {
    const all = await given()
    const { y } = await run(await engineOf("reference"), { y: encoder(all.network).features }, packed(texts))
    const none = texts.map(() => all.library.map(() => 0))
    for (const mix of MIXES.filter(({ aggregate }) => aggregate === "outputs"))
      assertNear(await features(all, mix, none), y, TOLERANCE, name(mix))
  }

  const byHand: Check["run"] = async () => {
    const all = await given()
    const engine = await engineOf("reference")
    const parts: number[] = []
    for (const [i, text] of texts.entries())
      parts.push(
        ...Array.from(
          (await runAlone(engine, { y: encoder(all.network, frozen(averaged(all, gates[i]))).features }, [text])).y
            .data as Float64Array,
        ),
      )
    const expected = { data: Float64Array.from(parts) }
    for (const granularity of granularities)
      assertNear(
        await features(all, { aggregate: "parameters", mix: "factors", granularity }),
        expected,
        TOLERANCE,
        `per ${granularity}`,
      )
  }

  const fused: Check["run"] = async () => {
    const all = await given()
    const opaque = {
      ...all,
      library: all.library.map((module) => ({ ...module, adapter: { ...module.adapter, factors: undefined } })),
    }
    for (const granularity of granularities) {
      const outputs = await features(all, { aggregate: "outputs", granularity })
      assertNear(
        outputs,
        await features(opaque, { aggregate: "outputs", granularity }),
        TOLERANCE,
        `outputs per ${granularity}`,
      )
      const [{ adapter, options }] = all.library
      if (!isLowRank(adapter, options)) continue
      const parameters = (mix: "outer" | "factors") => features(all, { aggregate: "parameters", mix, granularity })
      assertNear(await parameters("outer"), outputs, TOLERANCE, "the average of products and of outputs")
      assert.ok(
        gap(await parameters("factors"), outputs) > 1e-3,
        "averages of A and B apart are not the average of their products",
      )
    }
  }

  const reordered: Check["run"] = async () => {
    const all = await given()
    const order = [2, 0, 1]
    const turned = { ...all, library: order.map((m) => all.library[m]) }
    for (const mix of MIXES)
      assertNear(
        await features(
          turned,
          mix,
          gates.map((row) => order.map((m) => row[m])),
        ),
        await features(all, mix),
        TOLERANCE,
        name(mix),
      )
  }

  return [
    { name: "a gate of one on a single module is that module, however the library is mixed", run: alone },
    {
      name: "gates of zero leave the backbone as it is",
      run: closed,
      ...(prompts ? { skip: "the tokens of a prompt are there whatever their gates" } : {}),
    },
    { name: "averaged parameters are those of one module a text, made by hand", run: byHand },
    { name: "fused factors give what the opaque forward gives", run: fused },
    { name: "a library in another order, with its gates in that order, is the same", run: reordered },
  ]
}
