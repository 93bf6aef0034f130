/** What the pool of a strategy gives, checked before it is drawn and before it is attached. */
import { described, isRecord } from "../../../../plugin/described.ts"
import type { Initial, Strategy, Tensor } from "../../../../plugin/index.ts"
import { StepError } from "../../../work.ts"
import { isTensor } from "./formulas.ts"

const wrong = ({ name }: Strategy, member: string, what: string, help: string, of = "pool"): StepError =>
  new StepError(`the strategy "${name}" can't be carried out: \`${member}\` of its ${of} gives ${what}`, help)

const DRAWS: readonly Initial["draw"][] = ["zeros", "ones", "normal", "uniform", "column_norm", "vocabulary", "places"]

/** First values of arrays of a pool or a representation, by name. Throws StepError. */
export const checkedParameters = (
  strategy: Strategy,
  given: unknown,
  of = "pool",
): Readonly<Record<string, Initial>> => {
  const help = "return an object of first values by name, as in { keys: uniformly([10, width], 1) }"
  if (!isRecord(given)) throw wrong(strategy, "parameters", described(given), help, of)
  for (const [name, one] of Object.entries(given)) {
    const sized = isRecord(one) && Array.isArray(one.shape) && one.shape.every((n) => Number.isInteger(n) && n > 0)
    if (sized && DRAWS.includes(one.draw as Initial["draw"])) continue
    throw wrong(
      strategy,
      "parameters",
      `${described(one)} as "${name}", which is no first value of a size above 0`,
      help,
      of,
    )
  }
  return given as Readonly<Record<string, Initial>>
}

/** What stands for the parameters `names` of the adapter at a site; nothing where the pool adds nothing there. Throws StepError. */
export const checkedPrompts = (
  strategy: Strategy,
  given: unknown,
  site: string,
  names: readonly string[],
): Readonly<Record<string, Tensor>> | undefined => {
  if (given === undefined) return undefined
  const help = `return an object with a tensor for each of ${names.join(", ")}, the adapter's own parameters there; or nothing`
  if (!isRecord(given)) throw wrong(strategy, "gives", `${described(given)} at ${site}`, help)
  const lacking = names.find((name) => !isTensor(given[name]))
  if (lacking !== undefined)
    throw wrong(strategy, "gives", `${described(given[lacking])} for the parameter ${lacking} at ${site}`, help)
  return given as Readonly<Record<string, Tensor>>
}
