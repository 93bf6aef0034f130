/**
 * A library of modules at one site, weighted by gates:
 *   outputs      y + sum_i alpha_i (f_i(x, y) - y); low-rank modules together cost two matrix products:
 *                y + ((x [A_1|..|A_N]) * alpha) [s_1 B_1; ..; s_N B_N]
 *   parameters   f_theta(x, y) with theta = theta_0 + sum_i alpha_i (theta_i - theta_0), among modules of one kind and
 *                shape; theta_0 = 0, but ones or column norms where a parameter starts from these (see `origin`)
 * Modules of unlike kind or rank are grouped, and the groups' changes add up.
 */

import type { Initial, Initials, Site } from "../plugin/index.ts"
import {
  add,
  constant,
  type HostTensor,
  matmul,
  mixture,
  mul,
  slice,
  sub,
  type Tensor,
  weight,
  withRows,
} from "../tensor/index.ts"
import { origin } from "./initial.ts"
import { type Attached, stackedHost, type TrainedModule } from "./library.ts"

/** Where modules are mixed: y is what the frozen network gives there, `applied` what it gives with one module. */
export interface Spot {
  readonly site: Site
  /** The frozen weight of the site. */
  readonly weight?: HostTensor
  /** What enters a linear, norm or block site. */
  readonly x?: Tensor
  readonly y: Tensor
  readonly applied: (module: TrainedModule, parameters: Readonly<Record<string, Tensor>>) => Tensor
}

export interface Mixing {
  readonly aggregate: "outputs" | "parameters"
  readonly mix: "factors" | "outer"
  /** Modules in the library: the width of the gates. */
  readonly modules: number
}

export const mixAt = (spot: Spot, gates: Tensor, attached: readonly Attached[], mixing: Mixing): Tensor => {
  const { site, x, y } = spot
  if (attached.length === 0) return y
  const lowRank = x ? attached.filter(({ module, parameters }) => hostFactors(module, parameters)) : []
  const byOutputs = mixing.aggregate === "outputs"
  const fused = byOutputs || mixing.mix === "outer" ? lowRank : []
  const rest = attached.filter((one) => !fused.includes(one))
  const changes = [
    ...(fused.length > 0 ? [lowRankChange(site, x as Tensor, gates, fused, mixing)] : []),
    ...(byOutputs
      ? rest.map((one) => outputChange(spot, gates, one, mixing))
      : alike(rest, site).map((group) => parameterChange(spot, gates, group, mixing))),
  ]
  return changes.reduce(add, y)
}

const lowRankChange = (
  site: Site,
  x: Tensor,
  gates: Tensor,
  attached: readonly Attached[],
  { modules }: Mixing,
): Tensor => {
  const factors = attached.map(({ module, parameters }) => hostFactors(module, parameters) as HostFactors)
  const ranks = factors.map(({ A }) => A.shape[1])
  const owners = ranks.flatMap((rank, k) => Array.from({ length: rank }, () => attached[k].index))
  const name = `library/${site.name}/${attached.map(({ index }) => index).join("+")}`
  const A = weight(`${name}/A`, sideBySide(factors.map((f) => f.A)))
  const B = weight(
    `${name}/B`,
    onTop(
      factors.map((f) => f.B),
      factors.map((f) => f.scale),
    ),
  )
  return matmul(mul(matmul(x, A), columns(gates, owners, modules)), B)
}

export interface HostFactors {
  readonly A: HostTensor
  readonly B: HostTensor
  readonly scale: number
}

/**
 * A module's low-rank factors at a site, where it is a low-rank update. `factors` is written on symbolic tensors, but
 * only names A and B among the parameters: they are read back as arrays.
 */
export const hostFactors = (
  { adapter, options }: Pick<TrainedModule, "adapter" | "options">,
  parameters: Readonly<Record<string, HostTensor>>,
): HostFactors | undefined => {
  const symbols = Object.fromEntries(Object.entries(parameters).map(([name, host]) => [name, weight(name, host)]))
  const factors = adapter.factors?.(symbols, options)
  if (!factors) return undefined
  const { A, B, scale } = factors
  const hostOf = (tensor: Tensor): HostTensor => {
    const found = Object.keys(symbols).find((name) => symbols[name] === tensor)
    if (found === undefined) throw new Error("an adapter's `factors` must return two of its own parameters as A and B")
    return parameters[found]
  }
  return { A: hostOf(A), B: hostOf(B), scale }
}

const outputChange = ({ site, y, applied }: Spot, gates: Tensor, one: Attached, { modules }: Mixing): Tensor =>
  mul(changeOf(applied(one.module, frozenParameters(site, one)), y), gateOf(one, gates, modules))

/** What each module of the library adds to y, in its order; of one that does not attach here, zeros. */
export const changesAt = (
  { site, y, applied }: Spot,
  attached: readonly Attached[],
  modules: number,
): readonly Tensor[] => {
  const own = new Map(attached.map((one) => [one.index, one]))
  return Array.from({ length: modules }, (_, index) => {
    const one = own.get(index)
    return one ? changeOf(applied(one.module, frozenParameters(site, one)), y) : sub(y, y)
  })
}

/** A module's own parameters at a site. */
export const frozenParameters = (site: Site, { index, parameters }: Attached): Readonly<Record<string, Tensor>> =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, host]) => [name, weight(`library/${site.name}/${index}/${name}`, host)]),
  )

/** [modules] -> [1] */
export const gateOf = ({ index }: Pick<Attached, "index">, gates: Tensor, modules: number): Tensor =>
  modules === 1 ? gates : slice(gates, -1, index, index + 1)

const parameterChange = (
  { site, weight: frozen, y, applied }: Spot,
  gates: Tensor,
  group: readonly Attached[],
  { modules }: Mixing,
): Tensor => {
  return changeOf(applied(group[0].module, averaged(site, frozen, gates, group, modules)), y)
}

/** The parameters of modules that are alike, averaged by their gates. */
export const averaged = (
  site: Site,
  frozen: HostTensor | undefined,
  gates: Tensor,
  group: readonly Attached[],
  modules: number,
): Readonly<Record<string, Tensor>> => {
  const [{ module, parameters: first }] = group
  const initials: Initials = module.adapter.parameters(site, module.options)
  const own = columns(
    gates,
    group.map(({ index }) => index),
    modules,
  )
  return Object.fromEntries(
    Object.keys(first).map((name) => {
      const full = `library/${site.name}/${group.map(({ index }) => index).join("+")}/${name}`
      if (initials[name].trained === false) return [name, weight(full, first[name])]
      const values = group.map(({ parameters }) => parameters[name])
      const start = origin(initials[name], frozen)
      if (!start) return [name, mixture(own, weight(full, stackedHost(values)))]
      const distances = values.map((value) => distance(value, start))
      return [name, add(mixture(own, weight(full, stackedHost(distances))), weight(`${full}/start`, start))]
    }),
  )
}

/** What an adapter adds to y: most are written as add(y, change), and then nothing has to be taken back. */
export const changeOf = (result: Tensor, y: Tensor): Tensor => {
  if (result.op !== "add" || result.inputs[0] !== y) return sub(result, y)
  const [, change] = result.inputs
  return change.shape[0] === y.shape[0] ? withRows(change, y.rows) : change
}

/** The gates of some modules, repeated as `owners` says: [modules] -> [owners]. */
const columns = (gates: Tensor, owners: readonly number[], modules: number): Tensor => {
  if (owners.length === modules && owners.every((owner, i) => owner === i)) return gates
  return matmul(
    gates,
    constant(Array.from({ length: modules }, (_, m) => owners.map((owner) => (owner === m ? 1 : 0)))),
  )
}

const distance = ({ shape, data }: HostTensor, start: HostTensor): HostTensor => ({
  shape,
  data: Float32Array.from(start.data as Float32Array, (from, i) => Number(data[i]) - from),
})

/** Names of the arrays that are not trained, and so are never averaged. */
const fixedNames = ({ adapter, options }: TrainedModule, site: Site): readonly string[] =>
  Object.entries<Initial>(adapter.parameters(site, options)).flatMap(([name, { trained }]) =>
    trained === false ? [name] : [],
  )

/** Modules whose parameters can be averaged: same adapter, same options, same shapes, and the same numbers where nothing is trained. */
export const alike = (attached: readonly Attached[], site: Site): readonly (readonly Attached[])[] => {
  const groups = new Map<string, Attached[]>()
  for (const one of attached) {
    const shapes = Object.entries(one.parameters).map(([name, { shape }]) => `${name}[${shape}]`)
    const fixed = fixedNames(one.module, site).map((name) => one.parameters[name].data.join())
    const key = JSON.stringify([one.module.adapter.name, one.module.options, shapes, fixed])
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  return [...groups.values()]
}

const sideBySide = (parts: readonly HostTensor[]): HostTensor => {
  const rows = parts[0].shape[0]
  const width = parts.reduce((sum, { shape }) => sum + shape[1], 0)
  const data = new Float32Array(rows * width)
  let offset = 0
  for (const { shape, data: source } of parts) {
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < shape[1]; c++) data[r * width + offset + c] = Number(source[r * shape[1] + c])
    offset += shape[1]
  }
  return { shape: [rows, width], data }
}

const onTop = (parts: readonly HostTensor[], scales: readonly number[]): HostTensor => {
  const width = parts[0].shape[1]
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0))
  let at = 0
  parts.forEach((part, k) => {
    for (let i = 0; i < part.data.length; i++) data[at++] = Number(part.data[i]) * scales[k]
  })
  return { shape: [data.length / width, width], data }
}
