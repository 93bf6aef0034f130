/** What a composition gives, checked, as arrays of a module; and how far it is from the sum that it stands for. */
import { described, isRecord } from "../plugin/described.ts"
import {
  type Arrays,
  type Composed,
  concatenated,
  type HostTensor,
  product,
  type SiteModules,
} from "../plugin/index.ts"

export type Form = "parameters" | "factors" | "update"

/** How far a site's update is from the weighted sum: Frobenius norms. */
export interface SiteError {
  readonly site: string
  /** || merged - sum || */
  readonly distance: number
  /** || sum || */
  readonly sum: number
}

/** The form that all results have; or what is wrong with them, where they are no results or of several forms. */
export const formOf = (places: readonly SiteModules[], results: unknown): Form | { readonly wrong: string } => {
  if (!Array.isArray(results)) return { wrong: `gives ${described(results)} where a result for each site is needed` }
  if (results.length !== places.length) return { wrong: `gives ${results.length} results for ${places.length} sites` }
  const forms = results.map((result) => FORMS.find((form) => isRecord(result) && form in result))
  const [first] = forms
  const nothing = forms.indexOf(undefined)
  if (!first || nothing >= 0)
    return {
      wrong: `gives neither \`parameters\` nor \`factors\` nor \`update\` at ${places[Math.max(0, nothing)].site}`,
    }
  const other = forms.findIndex((form) => form !== first)
  if (other >= 0)
    return { wrong: `gives \`${first}\` at ${places[0].site} and \`${forms[other]}\` at ${places[other].site}` }
  const ranks = results.flatMap((result: Composed) => ("factors" in result ? result.factors.A.shape[1] : []))
  if (ranks.some((rank) => rank !== ranks[0])) return { wrong: `gives factors of the ranks ${ranks.join(", ")}` }
  const missing = first === "parameters" ? places.findIndex((place, k) => lacks(place, results[k])) : -1
  return missing < 0 ? first : { wrong: `does not give all parameters, in their shapes, at ${places[missing].site}` }
}

const FORMS = ["parameters", "factors", "update"] as const

const lacks = ({ modules: [{ parameters }] }: SiteModules, result: { readonly parameters: Arrays }): boolean =>
  Object.entries(parameters).some(([name, { shape }]) => result.parameters[name]?.shape.join() !== shape.join())

/** Arrays by full name: those of the modules' adapter, of a LoRA with scale 1, or of the adapter `full`. */
export const arraysOf = (
  places: readonly SiteModules[],
  results: readonly Composed[],
): readonly (readonly [string, HostTensor])[] =>
  places.flatMap(({ site }, k) => {
    const result = results[k]
    if ("parameters" in result)
      return Object.entries(result.parameters).map(([name, array]) => [`${site}/${name}`, array] as const)
    if ("factors" in result) {
      const { A, B } = concatenated([result.factors], [1])
      return [[`${site}/A`, A] as const, [`${site}/B`, B] as const]
    }
    const bias = { shape: [result.update.shape[1]], data: new Float64Array(result.update.shape[1]) }
    return [[`${site}/D`, result.update] as const, [`${site}/d`, bias] as const]
  })

/**
 * By site: of low-rank modules || Delta W - sum_i w_i s_i A_i B_i ||, of others the distance of the parameters from
 * theta_0 + sum_i w_i (theta_i - theta_0).
 */
export const errorOf = (place: SiteModules, result: Composed): SiteError => {
  const { site, modules, origins } = place
  const weights = modules.map(({ weight }) => weight)
  const factors = modules.flatMap((one) => one.factors ?? [])
  if (factors.length === modules.length)
    return { site, ...norms([[updateOf(place, result), product(concatenated(factors, weights))]]) }
  const { parameters } = result as Composed & { readonly parameters: Readonly<Record<string, HostTensor>> }
  return {
    site,
    ...norms(
      Object.entries(parameters).map(([name, { data }]) => {
        const start = (k: number) => Number(origins[name]?.data[k] ?? 0)
        const tau = (from: HostTensor["data"]) =>
          Float64Array.from(from as Float64Array, (value, k) => value - start(k))
        const sum = new Float64Array(data.length)
        modules.forEach((one, i) => {
          tau(one.parameters[name].data).forEach((value, k) => {
            sum[k] += weights[i] * value
          })
        })
        return [tau(data), sum] as const
      }),
    ),
  }
}

/** Delta W of a result, where the modules are low-rank. */
const updateOf = ({ modules }: SiteModules, result: Composed): Float64Array => {
  if ("update" in result) return Float64Array.from(result.update.data as Float64Array)
  if ("factors" in result) return product(result.factors)
  // Of the modules' own adapter: A and B are those of its parameters that the factors of a module are.
  const [{ parameters, factors }] = modules
  const named = (array: HostTensor) => Object.keys(parameters).find((name) => parameters[name] === array) as string
  const { A, B, scale } = factors!
  return product({ A: result.parameters[named(A)], B: result.parameters[named(B)], scale })
}

const norms = (pairs: readonly (readonly [Float64Array, Float64Array])[]): Omit<SiteError, "site"> => {
  let [distance, sum] = [0, 0]
  for (const [merged, stands] of pairs)
    for (let k = 0; k < stands.length; k++) {
      distance += (merged[k] - stands[k]) ** 2
      sum += stands[k] ** 2
    }
  return { distance: Math.sqrt(distance), sum: Math.sqrt(sum) }
}
