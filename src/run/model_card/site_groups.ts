/** The attachment sites of a network, those that are alike together. */
import type { Role, Site, SiteKind } from "../../plugin/index.ts"

/** Sites of one role and size. */
export interface SiteGroup {
  readonly role: Role
  readonly kind: SiteKind
  readonly count: number
  readonly in: number
  readonly out: number
}

export const groupsOf = (sites: readonly Site[]): readonly SiteGroup[] => {
  const groups = new Map<string, SiteGroup>()
  for (const { role, kind, in: input, out } of sites) {
    const key = `${role} ${input} ${out}`
    groups.set(key, { role, kind, in: input, out, count: (groups.get(key)?.count ?? 0) + 1 })
  }
  return [...groups.values()]
}
