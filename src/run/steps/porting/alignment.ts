/** Which feature of the source each feature of the target takes the place of, at every site that a module has parameters at. */
import type { Network } from "../../../model/encoder.ts"
import type { Carrying } from "../../../model/porting/carried.ts"
import { alikePositions, piecesOf } from "../../../model/porting/pieces.ts"
import { inStack, type LayerMap, standingFor } from "../../../model/porting/sites.ts"
import { sidesOf, statesAt } from "../../../model/porting/states.ts"
import { sitesFor } from "../../../model/single.ts"
import { described } from "../../../plugin/described.ts"
import type { Adapter, Axis, HostTensor, Site, Tensor, Transfer } from "../../../plugin/index.ts"
import { StepError, type Work } from "../../work.ts"
import { textsIn } from "../given.ts"

type Side = Exclude<Axis, "own">

/** A string says why there is no such map. */
export const featureMaps = async (
  work: Work,
  { transfer, options }: { readonly transfer: Transfer; readonly options: unknown },
  source: Network,
  target: Network,
  layers: LayerMap,
  module: { readonly adapter: Adapter; readonly options: unknown },
): Promise<Carrying["features"] | string> => {
  const { features } = transfer
  if (!features) return () => undefined
  const goesBy = (axis: Side): Side => sideFor(transfer, axis, options)
  const count = textsFor(transfer, options)
  const read = (input: string) => textsIn(work.input(input), "train").slice(0, count)
  const [ours, theirs] = [read("tokens"), read("sourceTokens")]
  const positions = alikePositions(
    theirs.map(piecesOf(source.checkpoint.tokenizer)),
    ours.map(piecesOf(target.checkpoint.tokenizer)),
  )
  const engine = await work.engine()
  const maps = new Map<string, ArrayLike<number>>()
  const sites = sitesFor(module.adapter, module.options, target.checkpoint.sites)
  const blocks = Map.groupBy(sites, (site) => inStack(site)?.layer ?? -1)
  let done = 0
  for (const block of blocks.values()) {
    const pairs = block.flatMap((onto) => standingFor(onto, layers).map((from) => ({ onto, from })))
    const here = sidesOf(target, new Set(block.map(({ name }) => name)))
    const there = sidesOf(source, new Set(pairs.map(({ from }) => from)))
    const lacking = pairs.flatMap(({ onto, from }) => [
      ...(here.has(onto.name) ? [] : [onto.name]),
      ...(there.has(from) ? [] : [from]),
    ])
    if (lacking.length > 0)
      return `${transfer.name}: a text that is read does not pass ${lacking[0]}, so that its features can't be compared`
    const sidesAt = (onto: Site): readonly Side[] => [...new Set(axesAt(module, onto).map(goesBy))]
    const outputs = (
      of: ReadonlyMap<string, Readonly<Record<Side, Tensor>>>,
      named: (pair: (typeof pairs)[number]) => string,
    ) =>
      Object.fromEntries(
        pairs.flatMap((pair) =>
          sidesAt(pair.onto).map((side) => [`${named(pair)}/${side}`, of.get(named(pair))![side]] as const),
        ),
      )
    const targets = await statesAt(
      engine,
      outputs(here, ({ onto }) => onto.name),
      ours,
      positions,
    )
    const sources = await statesAt(
      engine,
      outputs(there, ({ from }) => from),
      theirs,
      positions,
    )
    for (const { onto, from } of pairs)
      for (const side of sidesAt(onto)) {
        const [one, other] = [sources[`${from}/${side}`], targets[`${onto.name}/${side}`]]
        const map: unknown = await features(one, other, options)
        if (typeof map === "string" && map !== "") return `${transfer.name}: ${map}`
        maps.set(`${from} ${onto.name} ${side}`, checked(transfer, map, one, other))
      }
    done += 1
    work.progress(done / blocks.size, `features of ${block[0].name}`)
  }
  return (from, onto, axis) => maps.get(`${from.name} ${onto.name} ${goesBy(axis)}`)
}

/** The sides whose features the module's parameters at a site count; without a word of the adapter both. */
const axesAt = ({ adapter, options }: { readonly adapter: Adapter; readonly options: unknown }, site: Site) =>
  (["x", "y"] as const).filter((side) => {
    const axes = adapter.axes?.(site, options)
    return axes === undefined || Object.values(axes).some((all) => all.includes(side))
  })

/** The states by which an axis of a parameter goes. Throws StepError. */
export const sideFor = ({ name, goesBy }: Transfer, axis: Side, options: unknown): Side => {
  const side: unknown = goesBy ? goesBy(axis, options) : axis
  if (side === "x" || side === "y") return side
  throw new StepError(
    `\`goesBy\` of the transfer "${name}" gives ${described(side)} for "${axis}"`,
    'give "x", the states of what enters a site, or "y", those of what leaves it',
  )
}

/** How many training texts run through both networks. Throws StepError. */
export const textsFor = ({ name, texts }: Transfer, options: unknown): number => {
  const count: unknown = texts?.(options)
  if (Number.isInteger(count) && Number(count) >= 1) return Number(count)
  throw new StepError(`\`texts\` of the transfer "${name}" gives ${described(count)}`, "give a whole number from 1")
}

/** One-to-one, of each feature of the target one of the source or none. Throws StepError. */
const checked = (
  { name }: Transfer,
  given: unknown,
  { shape: [, source] }: HostTensor,
  { shape: [, target] }: HostTensor,
): ArrayLike<number> => {
  const wrong = (what: string) =>
    new StepError(
      `\`features\` of the transfer "${name}" ${what}`,
      `give ${target} whole numbers, each from 0 to ${source - 1} at most once, or -1`,
    )
  const list = ArrayBuffer.isView(given) ? Array.from(given as Int32Array) : given
  if (!Array.isArray(list) || list.length !== target) throw wrong(`gives ${described(given)} for ${target} features`)
  const strange = list.find((one) => !Number.isInteger(one) || one < -1 || one >= source)
  if (strange !== undefined) throw wrong(`names the feature ${described(strange)} of ${source}`)
  const partners = list.filter((one) => one >= 0)
  if (new Set(partners).size < partners.length) throw wrong("gives one feature of the source to several")
  return list
}
