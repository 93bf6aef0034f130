/** Whether the backbone of an experiment has the blocks that a strategy needs. */
import type { Declaration } from "../../../dsl/spec.ts"
import type { Strategy } from "../../plugin/index.ts"
import { blocksOf, tooShallow } from "../../plugin/too_shallow.ts"
import { PlanError, type Resolved } from "../chosen.ts"

/** `blocks`: of the backbone, where its plugin tells; else the training says it. Throws PlanError. */
export const checkBlocks = (
  { plugin, chosen }: Resolved<Strategy>,
  { name, span, optionSpans }: Declaration,
  backbone: string,
  blocks: number | undefined,
): void => {
  const lacking = blocks === undefined ? undefined : tooShallow(plugin, chosen.options, blocks)
  if (lacking)
    throw new PlanError(
      `the strategy "${name}" needs a backbone of ${blocksOf(lacking.least)} or more, and "${backbone}" has ${blocks}: ${lacking.why}`,
      lacking.help,
      (lacking.option !== undefined && optionSpans[lacking.option]) || span,
    )
}
