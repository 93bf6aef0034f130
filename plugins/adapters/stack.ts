/**
 * Stacked adapters (as MAD-X stacks a language and a task adapter: Pfeiffer et al. 2020, arXiv 2005.00052): several
 * adapters are one module, trained, stored and routed as one. Each attaches where it does alone. Where several meet, the
 * order of the list counts,
 *   y <- f_n(x, .. f_2(x, f_1(x, y))),   tokens, keys and values: [P_1; P_2; ..].
 */
import {
  concat,
  DataError,
  defineAdapter,
  type Extension,
  type Initials,
  type Member,
  Members,
  required,
  Schema,
  type Site,
  type Tensor,
} from "../../src/plugin/index.ts"

/** Members at a site, each with what its parameters' names begin with there: "1.A", "1.B", "2.D". */
const at = (site: Site, of: readonly Member[]): readonly (readonly [Member, string])[] =>
  of.flatMap((member, i) => (member.sites().includes(site.role) ? [[member, `${i + 1}.`] as const] : []))

const own = (p: Readonly<Record<string, Tensor>>, prefix: string): Readonly<Record<string, Tensor>> =>
  Object.fromEntries(
    Object.entries(p).flatMap(([name, value]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [])),
  )

export default defineAdapter({
  name: "stack",
  summary: "Several adapters as one module, one after the other where they meet (as in Pfeiffer et al. 2020)",
  equation: "y <- f_n(x, .. f_2(x, f_1(x, y)))",
  reference: "arXiv 2005.00052",
  checked: "PyTorch by the formula: gradients, curve of training",
  taxonomy: { aggregation: "stack" },
  options: Schema.Struct({
    of: required(Members, "adapters that are declared, in the order in which they act where they meet"),
  }),
  madeOf: "of",
  sites: ({ of }) => [...new Set(of.flatMap((member) => member.sites()))],
  parameters: (site, { of }): Initials =>
    Object.fromEntries(
      at(site, of).flatMap(([member, prefix]) =>
        Object.entries(member.parameters(site)).map(([name, initial]) => [`${prefix}${name}`, initial]),
      ),
    ),
  axes: (site, { of }) => {
    const all = at(site, of).map(([member, prefix]) => [member.axes(site), prefix] as const)
    return all.every(([axes]) => axes)
      ? Object.fromEntries(
          all.flatMap(([axes, prefix]) => Object.entries(axes!).map(([name, own]) => [`${prefix}${name}`, own])),
        )
      : undefined
  },
  forward: (x, y, p, { of }, mode, layer) =>
    at(layer.site, of).reduce((before, [member, prefix]) => member.forward(x, before, own(p, prefix), mode, layer), y),
  extend: (p, { of }, mode, site) =>
    at(site, of)
      .map(([member, prefix]) => member.extend(own(p, prefix), mode, site))
      .reduce(joined),
})

const joined = (before: Extension, after: Extension): Extension => {
  if ("tokens" in before && "tokens" in after) return { tokens: concat([before.tokens, after.tokens], -2) }
  if ("keys" in before && "keys" in after)
    return { keys: concat([before.keys, after.keys], -2), values: concat([before.values, after.values], -2) }
  throw new DataError(
    "of a stack's members one gives tokens and another keys and values at the same site",
    "let each member of a stack give at a site what the backbone takes there",
  )
}
