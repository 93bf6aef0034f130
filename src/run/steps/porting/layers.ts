/** Which blocks of the source each block of the target gets its parameters from, stack by stack, as the transfer says. */
import type { Network } from "../../../model/encoder.ts"
import { blocksOf, type LayerMap } from "../../../model/porting/sites.ts"
import { described } from "../../../plugin/described.ts"
import type { Transfer } from "../../../plugin/index.ts"
import { StepError } from "../../work.ts"

/** A string says why there are none. Throws StepError where what the transfer gives names no blocks. */
export const layersOf = (transfer: Transfer, options: unknown, source: Network, target: Network): LayerMap | string => {
  const given = blocksOf(source.checkpoint.sites)
  const layers = new Map<string, readonly (readonly number[])[]>()
  for (const [stack, blocks] of blocksOf(target.checkpoint.sites)) {
    const there = given.get(stack)
    if (there === undefined) return `the source has no blocks like those of the target's ${stack}layer.0`
    const mapped: unknown = transfer.layers(there, blocks, options)
    if (typeof mapped === "string" && mapped !== "") return `${transfer.name}: ${mapped}`
    layers.set(stack, checked(transfer, mapped, there, blocks))
  }
  return layers
}

/** Of each block of the target one of the source at least. Throws StepError. */
const checked = (
  { name }: Transfer,
  given: unknown,
  source: number,
  target: number,
): readonly (readonly number[])[] => {
  const wrong = (what: string) =>
    new StepError(
      `\`layers\` of the transfer "${name}" ${what}`,
      `give ${target} lists, one for each block of the target, each of one whole number from 0 to ${source - 1} or of several`,
    )
  if (!Array.isArray(given) || given.length !== target)
    throw wrong(`gives ${described(given)} for the ${target} blocks of the target`)
  return given.map((from: unknown, block) => {
    if (!Array.isArray(from) || from.length === 0) throw wrong(`gives ${described(from)} for block ${block}`)
    const strange = from.find((one) => !Number.isInteger(one) || one < 0 || one >= source)
    if (strange !== undefined)
      throw wrong(`names ${described(strange)} for block ${block}, and the source has ${source} blocks`)
    return from
  })
}
