/** Reads adapter_config.json as an adapter declares it; a key that nobody reads and that says something is an error. */
import { isDeepStrictEqual } from "node:util"
import { type Adapter, DataError, type PeftConfig, type PeftForm, type Role } from "../../plugin/index.ts"
import { CONFIG, type PeftFolder } from "./folder.ts"
import { type NamedSite, namer, rolesOf } from "./targets.ts"

/** Keys of every config that are read elsewhere, or that tell where a module comes from. */
const OF_ALL = [
  "peft_type",
  "peft_version",
  "base_model_name_or_path",
  "revision",
  "auto_mapping",
  "task_type",
  "inference_mode",
  "target_modules",
  "exclude_modules",
  "modules_to_save",
]

/** Options of the adapter, not yet decoded. Throws DataError. */
export const optionsIn = (
  folder: PeftFolder,
  { name, peft }: Adapter & { readonly peft: PeftForm },
  sites: readonly NamedSite[],
  biased: boolean,
): Readonly<Record<string, unknown>> => {
  const { config, location } = folder
  const known = new Set([...OF_ALL, ...Object.keys(peft.only ?? {}), ...(peft.silent ?? [])])
  for (const [key, values] of Object.entries(peft.only ?? {}))
    if (!values.some((value) => isDeepStrictEqual(config[key] ?? values[0], value)))
      throw new DataError(
        `${CONFIG} of "${location}" has ${key} ${JSON.stringify(config[key])}`,
        `the adapter ${name} computes ${values.map((value) => JSON.stringify(value)).join(", ")}`,
      )
  const options = peft.options(
    reader(folder, sites, biased, (key) => known.add(key)),
    rolesOf(sites),
  )
  const unknown = Object.keys(config).find((key) => !known.has(key) && config[key] !== null)
  if (unknown !== undefined)
    throw new DataError(
      `${CONFIG} of "${location}" has the unknown key ${unknown} ${JSON.stringify(config[unknown])}`,
      `the adapter ${name} does not know what it changes; set it to null where it changes nothing`,
    )
  return options
}

const reader = (
  folder: PeftFolder,
  sites: readonly NamedSite[],
  biased: boolean,
  asked: (key: string) => void,
): PeftConfig => {
  const typed =
    <T>(type: string) =>
    (key: string, otherwise: T): T => {
      asked(key)
      const value = folder.config[key] ?? otherwise
      if (typeof value === type) return value as T
      throw new DataError(
        `${CONFIG} of "${folder.location}" has ${key} ${JSON.stringify(value)}, which is no ${type}`,
        "copy or write the folder again",
      )
    }
  return {
    number: typed("number"),
    flag: typed("boolean"),
    biased,
    roles: (key) => {
      asked(key)
      return wholeRoles(folder, key, sites)
    },
  }
}

/** Roles whose sites a key matches. All sites of a role are alike in one module of ours. Throws DataError. */
const wholeRoles = (folder: PeftFolder, key: string, sites: readonly NamedSite[]): readonly Role[] => {
  const matches = namer(folder, key)
  const matched = sites.filter(({ module }) => matches(module))
  const roles = rolesOf(matched)
  const other = sites.find((one) => roles.includes(one.site.role) && !matched.includes(one))
  if (other)
    throw new DataError(
      `${key} of "${folder.location}" names some modules of the role ${other.site.role}, and not ${other.module}`,
      "a module treats all sites of a role alike",
    )
  return roles
}
