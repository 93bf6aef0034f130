/** What the head of a strategy reads in the place of features: its formula with arrays "head/representation/<name>" of a shared model. */
import type { Network } from "../../../../model/encoder.ts"
import { described } from "../../../../plugin/described.ts"
import {
  type HostTensor,
  type Initial,
  input,
  packedLayout,
  parameter,
  type Representation,
  type Strategy,
  type Tensor,
  visibleShape,
  weight,
} from "../../../../plugin/index.ts"
import { StepError } from "../../../work.ts"
import { isTensor } from "./formulas.ts"
import { checkedParameters } from "./pool_formulas.ts"

/** A strategy with a representation, on a stream of so many tasks. */
export interface Represented {
  readonly strategy: Strategy
  readonly options: unknown
  readonly tasks: number
}

const WITHIN = "head/representation/"

const formulaOf = ({ strategy }: Represented): Representation => strategy.representation!

/** By full name. */
export const representationInitials = (
  { checkpoint: { width } }: Network,
  of: Represented,
): ReadonlyMap<string, Initial> =>
  new Map(
    Object.entries(
      checkedParameters(
        of.strategy,
        formulaOf(of).parameters({ width, tasks: of.tasks }, of.options),
        "representation",
      ),
    ).map(([name, initial]) => [`${WITHIN}${name}`, initial]),
  )

/** By their own names; frozen: all as constants. */
export const representationTensors = (
  net: Network,
  of: Represented,
  arrays: ReadonlyMap<string, HostTensor>,
  how: "trained" | "frozen" = "trained",
): Readonly<Record<string, Tensor>> =>
  Object.fromEntries(
    [...representationInitials(net, of)].map(([name, { shape, trained }]) => [
      name.slice(WITHIN.length),
      how === "trained" && trained !== false ? parameter(name, shape) : weight(name, arrays.get(name)!),
    ]),
  )

/** Of features [width] of each example. Throws StepError where the formula gives no vector of each. */
export const representationOf = (
  net: Network,
  of: Represented,
  features: Tensor,
  arrays: ReadonlyMap<string, HostTensor>,
  how?: "trained" | "frozen",
): Tensor => checked(of, formulaOf(of).gives(features, representationTensors(net, of, arrays, how), of.options))

/** How many numbers the head reads. */
export const representationWidth = (net: Network, of: Represented): number => {
  const { width } = net.checkpoint
  const features = input("features", ["examples", width], "float", { of: "examples", layout: packedLayout() })
  const own = [...representationInitials(net, of)].map(([name, { shape }]) => [
    name.slice(WITHIN.length),
    parameter(name, shape),
  ])
  return visibleShape(checked(of, formulaOf(of).gives(features, Object.fromEntries(own), of.options)))[0] as number
}

const checked = ({ strategy: { name } }: Represented, given: unknown): Tensor => {
  const is = isTensor(given) && given.dtype === "float" && given.rows?.of === "examples"
  if (is && visibleShape(given).length === 1) return given
  throw new StepError(
    `the strategy "${name}" can't be carried out: \`gives\` of its representation gives ${is ? `numbers of the shape [${visibleShape(given).join(", ")}]` : described(given)} where the head reads a vector of each example`,
    "return a vector made of the given features, as in tanh(add(matmul(features, p.W), p.b))",
  )
}
