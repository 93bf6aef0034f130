/** Which adapters fit on a network, and what they train there. */
import { initialsFor, sitesFor, trainedNames } from "../../model/single.ts"
import { decoded } from "../../plan/chosen.ts"
import type { Adapter, Role, Site } from "../../plugin/index.ts"
import { loadPlugin } from "../../plugin/load.ts"
import { shipped } from "../../plugin/registry.ts"

/** Where an adapter attaches with the options that it has by default. */
export interface Fit {
  readonly adapter: string
  readonly roles: readonly Role[]
  readonly sites: number
  readonly parameters: number
  /** It is made of others, and attaches where these do. */
  readonly madeOfOthers?: true
}

export const fitsOn = (sites: readonly Site[]): Promise<readonly Fit[]> =>
  Promise.all(
    shipped("adapter").map(async ({ name }): Promise<Fit> => {
      const adapter = (await loadPlugin("adapter", name)) as Adapter
      if (adapter.madeOf !== undefined) return { adapter: name, roles: [], sites: 0, parameters: 0, madeOfOthers: true }
      const options = decoded(adapter.options, {}, `the defaults of ${name}`)
      const attached = sitesFor(adapter, options, sites)
      const initials = initialsFor(adapter, options, sites)
      const sizes = trainedNames(initials).map((one) => (initials.get(one)?.shape ?? []).reduce((a, b) => a * b, 1))
      return {
        adapter: name,
        roles: [...new Set(attached.map(({ role }) => role))],
        sites: attached.length,
        parameters: sizes.reduce((sum, size) => sum + size, 0),
      }
    }),
  )
