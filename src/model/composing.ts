/** A library of modules as a composition reads it, site by site; and what may keep it from being composed. */
import type { Arrays, CompositionNeed, HostTensor, Initial, SiteModules } from "../plugin/index.ts"
import type { Network } from "./encoder.ts"
import { originsOf } from "./initial.ts"
import { type Library, SHARED, type TrainedModule } from "./library.ts"
import { hostFactors } from "./mix.ts"
import { initialsFor } from "./single.ts"

/** Modules of weight zero are left out, unless all have it. `fisher`: of each module, by full name. */
export const sitesOf = (
  network: Network,
  library: Library,
  weights: readonly number[],
  fisher?: readonly ReadonlyMap<string, HostTensor>[],
): readonly SiteModules[] => {
  const [{ adapter, options, sites }] = library
  const origins = originsOf(network, adapter, options)
  const fixed = fixedNames(network, library[0])
  const none = weights.every((weight) => weight === 0)
  const taking = library.flatMap((module, i) => (none || weights[i] !== 0 ? [{ module, i }] : []))
  return Object.entries(sites)
    .filter(([, arrays]) => Object.keys(arrays).length > 0)
    .map(([site, arrays]): SiteModules => {
      const trained = Object.keys(arrays).filter((name) => !fixed.has(`${site}/${name}`))
      const picked = (of: (name: string) => HostTensor | undefined): Arrays =>
        Object.fromEntries(
          trained.flatMap((name) => {
            const found = of(name)
            return found ? [[name, found]] : []
          }),
        )
      return {
        site,
        origins: picked((name) => origins.get(`${site}/${name}`)),
        modules: taking.map(({ module, i }) => {
          const factors = site === SHARED ? undefined : hostFactors(module, module.sites[site])
          return {
            task: module.task,
            weight: weights[i],
            parameters: factors ? module.sites[site] : picked((name) => module.sites[site][name]),
            ...(factors ? { factors } : {}),
            ...(fisher ? { fisher: picked((name) => fisher[i].get(`${site}/${name}`)) } : {}),
          }
        }),
      }
    })
}

/** Full names of arrays that are not trained: every module has the same, or the library can't be composed. */
export const fixedNames = ({ checkpoint }: Network, { adapter, options }: TrainedModule): ReadonlySet<string> =>
  new Set(
    [...initialsFor(adapter, options, checkpoint.sites)].flatMap(([name, { trained }]) =>
      trained === false ? [name] : [],
    ),
  )

/** Why these modules can't become one; nothing where they can. `shared`: whether all start from the same draws. */
export const whyNotTogether = (
  network: Network,
  library: Library,
  name: string,
  needs: readonly CompositionNeed[],
  shared: boolean,
): string | undefined => {
  const [first, ...others] = library
  const sites = (module: TrainedModule) => Object.keys(module.sites).sort().join(", ")
  const elsewhere = others.find((module) => sites(module) !== sites(first))
  if (elsewhere)
    return `${name} needs all modules at the same sites; those of ${first.task} and ${elsewhere.task} are at different ones`
  const lowRank = library.every(isLowRankModule)
  if (needs.includes("factors") && !lowRank)
    return `${name} needs low-rank modules; that of ${library.find((module) => !isLowRankModule(module))?.task} is not low-rank`
  if (lowRank && SHARED in first.sites)
    return `${name} needs factors at each site, and the adapter ${first.adapter.name} shares arrays between its sites`
  if (!lowRank || needs.includes("alike")) {
    const unlike = others.find((module) => shapes(module) !== shapes(first))
    if (unlike)
      return `${name} combines parameters number by number; those of ${first.task} and ${unlike.task} have different shapes`
  }
  const fixed = lowRank ? [] : [...fixedNames(network, first)]
  const other = others.find((module) =>
    fixed.some((full) => arrayAt(module, full).data.join() !== arrayAt(first, full).data.join()),
  )
  if (other)
    return `${name} needs the arrays that are not trained to be the same in all modules; those of ${first.task} and ${other.task} were drawn apart: train with \`initialisation: shared\``
  if (needs.includes("same_initialisation") && !shared && library.length > 1 && isDrawn(network, first))
    return `${name} adds parameters that start from chance, which means something only where all modules start alike: train with \`initialisation: shared\`, or combine the updates (\`on: updates\`)`
  return undefined
}

/** Whether some trained parameter of a module starts from a draw. */
export const isDrawn = ({ checkpoint }: Network, { adapter, options }: TrainedModule): boolean =>
  [...initialsFor(adapter, options, checkpoint.sites).values()].some(
    ({ draw, trained }: Initial) => trained !== false && ["normal", "uniform", "vocabulary"].includes(draw),
  )

/** A low-rank update at each of its sites. */
export const isLowRankModule = (module: TrainedModule): boolean =>
  Object.entries(module.sites).every(([site, parameters]) => site === SHARED || hostFactors(module, parameters))

const shapes = ({ sites }: TrainedModule): string =>
  JSON.stringify(
    Object.entries(sites).map(([site, arrays]) => [site, ...Object.entries(arrays).map(([n, a]) => [n, a.shape])]),
  )

const arrayAt = ({ sites }: TrainedModule, full: string): HostTensor => {
  const [site, name] = full.split("/")
  return sites[site][name]
}
