/** Whether a network has the blocks that a strategy needs. */
import { said } from "./checked_strategy.ts"
import type { NeedsBlocks, Strategy } from "./strategy.ts"

/** What a network of so many blocks lacks; nothing where it will do. Throws PluginError where the strategy says it wrongly. */
export const tooShallow = (strategy: Strategy, options: unknown, blocks: number): NeedsBlocks | undefined => {
  const needs = said(strategy, "blocks", options) as NeedsBlocks | undefined
  return needs && blocks < needs.least ? needs : undefined
}

/** How many there are, in words. */
export const blocksOf = (count: number): string => `${count} ${count === 1 ? "block" : "blocks"}`
