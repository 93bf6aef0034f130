/** Whether a network has the blocks that a strategy needs. */
import { said } from "./checked_strategy.ts"
import type { NeedsBlocks, Strategy } from "./strategy.ts"

/**
 * What a network of so many blocks lacks; nothing where it will do. `called`: the strategy, and the network, in the message. Throws
 * PluginError where the strategy says it wrongly.
 */
export const tooShallow = (
  strategy: Strategy,
  options: unknown,
  blocks: number,
  called: { readonly strategy: string; readonly network: string },
): (Pick<NeedsBlocks, "help" | "option"> & { readonly message: string }) | undefined => {
  const needs = said(strategy, "blocks", options) as NeedsBlocks | undefined
  if (!needs || blocks >= needs.least) return undefined
  const { least, why, ...rest } = needs
  const message = `the strategy "${called.strategy}" needs a backbone of ${least} blocks or more, and ${called.network} has ${blocks}: ${why}`
  return { message, ...rest }
}
