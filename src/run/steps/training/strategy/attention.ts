/** A strategy's attention over the modules of all tasks: arrays "attends/<name>" of a shared model. */
import type { Network } from "../../../../model/encoder.ts"
import { embeddingsWidth } from "../../../../model/routing_units.ts"
import {
  type Attention,
  type HostTensor,
  type Initial,
  type Mode,
  parameter,
  type Strategy,
  showShape,
  type Tensor,
  visibleShape,
  weight,
} from "../../../../plugin/index.ts"
import { StepError } from "../../../work.ts"
import { isTensor } from "./formulas.ts"
import { checkedParameters } from "./pool_formulas.ts"

/** The attention of a strategy, at a stage. */
export interface Attending {
  readonly strategy: Strategy
  readonly options: unknown
  readonly stage: number
}

const PREFIX = "attends/"

export const isOfAttention = (name: string): boolean => name.startsWith(PREFIX)

const attentionOf = ({ strategy }: Attending): Attention => strategy.attends!

/** By full name. Those that are said to be not trained stay as they are at the stage. */
export const attentionInitials = ({ checkpoint }: Network, attending: Attending): ReadonlyMap<string, Initial> => {
  const { strategy, options, stage } = attending
  const sizes = { width: embeddingsWidth(checkpoint.sites, checkpoint.width), stage }
  const initials = checkedParameters(strategy, attentionOf(attending).parameters(sizes, options), "attention")
  return new Map(Object.entries(initials).map(([name, initial]) => [`${PREFIX}${name}`, initial]))
}

/** w [modules] of embeddings [length, width]; without a mode its arrays are constants. */
export const attentionWeights = (
  net: Network,
  attending: Attending,
  arrays: ReadonlyMap<string, HostTensor>,
  mode?: Mode,
): ((embeddings: Tensor) => Tensor) => {
  const { strategy, options, stage } = attending
  const p = Object.fromEntries(
    [...attentionInitials(net, attending)].map(([name, { shape, trained }]) => [
      name.slice(PREFIX.length),
      mode && trained !== false ? parameter(name, shape) : weight(name, arrays.get(name)!),
    ]),
  )
  return (embeddings) =>
    checkedWeights(strategy, attentionOf(attending).weights({ embeddings, p, stage }, options), stage + 1)
}

/** Throws StepError where there is not one number for each module, of each example. */
const checkedWeights = ({ name }: Strategy, given: unknown, modules: number): Tensor => {
  const is = isTensor(given) ? visibleShape(given) : undefined
  if (is?.length === 1 && is[0] === modules && (given as Tensor).rows?.of === "examples") return given as Tensor
  throw new StepError(
    `the strategy "${name}" can't be carried out: \`weights\` of its attention gives ${is ? showShape(is) : String(given)} where ${modules} module${modules === 1 ? " needs" : "s need"} [${modules}]`,
    'return one number for each module, [stage + 1] of each example: pool("max", embeddings) makes one vector of a text\'s tokens',
  )
}
