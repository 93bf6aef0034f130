/** Whether the backbone of an experiment has the blocks that a strategy needs. */
import type { Declaration } from "../../../dsl/spec.ts"
import type { Strategy } from "../../plugin/index.ts"
import { tooShallow } from "../../plugin/too_shallow.ts"
import { PlanError, type Resolved } from "../chosen.ts"

/** `blocks`: of the backbone, where its plugin tells; else the training says it. Throws PlanError. */
export const checkBlocks = (
  { plugin, chosen }: Resolved<Strategy>,
  { name, span, optionSpans }: Declaration,
  backbone: string,
  blocks: number | undefined,
): void => {
  if (blocks === undefined) return
  const lacking = tooShallow(plugin, chosen.options, blocks, { strategy: name, network: `"${backbone}"` })
  if (!lacking) return
  const { message, help, option } = lacking
  throw new PlanError(message, help, (option !== undefined && optionSpans[option]) || span)
}
