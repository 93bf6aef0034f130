/** Which sites a PEFT config names: lists of names of modules or of their last parts, or a regular expression. */
import { DataError, type ModuleNames, type Role, type Site } from "../../plugin/index.ts"
import { CONFIG, type PeftFolder } from "./folder.ts"

/** A site with the name of its module, prefix included. */
export interface NamedSite {
  readonly site: Site
  readonly module: string
}

/** The sites that have modules, by their names in a network with this prefix. */
export const namedSites = (sites: readonly Site[], { at }: ModuleNames, prefix: string): readonly NamedSite[] =>
  sites.flatMap((site) => (at[site.name] === undefined ? [] : [{ site, module: prefix + at[site.name] }]))

/** Whether a key such as `target_modules` names a module. Throws DataError where it is no list of names and no pattern. */
export const namer = ({ config, location }: PeftFolder, key: string): ((module: string) => boolean) => {
  const value = config[key] ?? []
  if (typeof value === "string") {
    // Matching (a+)* can take time that is exponential in the length of a name.
    if (/\)[*+{]/.test(value))
      throw new DataError(
        `${CONFIG} of "${location}" has ${key} ${JSON.stringify(value)}, a regular expression that repeats a group`,
        "such patterns can take for ever: write the names of the modules as a list",
      )
    try {
      const pattern = new RegExp(`^(?:${value})$`)
      return (module) => pattern.test(module)
    } catch {
      throw new DataError(
        `${CONFIG} of "${location}" has ${key} ${JSON.stringify(value)}, which is no regular expression that can be read here`,
        "write the names of the modules as a list",
      )
    }
  }
  if (!Array.isArray(value) || value.some((one) => typeof one !== "string"))
    throw new DataError(
      `${CONFIG} of "${location}" has ${key} ${JSON.stringify(value)}, which is no list of names`,
      "write the names of the modules as a list",
    )
  return (module) => value.some((one) => module === one || module.endsWith(`.${one}`))
}

/** The sites that a config targets, in the network's order. Throws DataError where there is none. */
export const targeted = (folder: PeftFolder, named: readonly NamedSite[]): readonly NamedSite[] => {
  const { config, location } = folder
  const all = config.target_modules === "all-linear"
  const [wanted, excluded] = [namer(folder, "target_modules"), namer(folder, "exclude_modules")]
  const layers = layersIn(folder)
  const found = named.filter(
    ({ site, module }) =>
      (all ? site.kind === "linear" : wanted(module)) && !excluded(module) && (!layers || layers.includes(site.layer)),
  )
  if (found.length === 0)
    throw new DataError(
      `target_modules of "${location}" names no site of the network: ${JSON.stringify(config.target_modules ?? null)}`,
      named.length === 0
        ? "the modules of this network are not those of its sites"
        : `the modules of its sites are called ${named[0].module}, ${named[1]?.module ?? "and so on"}, ...`,
    )
  return found
}

const layersIn = ({ config, location }: PeftFolder): readonly number[] | undefined => {
  const value = config.layers_to_transform ?? undefined
  if (value === undefined) return undefined
  const layers = Array.isArray(value) ? value : [value]
  if (layers.every(Number.isInteger)) return layers.length > 0 ? layers : undefined
  throw new DataError(
    `${CONFIG} of "${location}" has layers_to_transform ${JSON.stringify(value)}`,
    "it lists the numbers of blocks, counted from 0",
  )
}

/** The roles of some sites, each once, in the network's order. */
export const rolesOf = (sites: readonly NamedSite[]): readonly Role[] => [
  ...new Set(sites.map(({ site }) => site.role)),
]
