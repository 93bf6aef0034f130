/** What strategies with a pool of prompts have in common (L2P, DualPrompt, CODA-Prompt). */
import * as Schema from "effect/Schema"
import type { NeedsClasses } from "./definition.ts"
import { optional, words } from "./options.ts"
import type { Strategy } from "./strategy.ts"

export const POOL_OPTIONS = {
  features: optional(words("cls", "mean"), "cls", "pooling of the frozen features that are the query"),
  mask: optional(Schema.Boolean, true, "whether logits of other tasks are masked in training"),
}

interface PoolOptions {
  readonly features: "cls" | "mean"
  readonly mask: boolean
}

export const poolQuery = ({ features }: PoolOptions): "frozen_cls" | "frozen_mean" => `frozen_${features}`

/** One task after the other; with `mask` each learns on the logits of its own classes alone. */
export const POOL_TRAINING = {
  trains: "adapter",
  visits: "one_by_one",
  masks: ({ mask }: PoolOptions) => mask,
  freezes: (_stage: number, { mask }: PoolOptions) => ({ earlierClasses: mask }),
  classes: (): NeedsClasses => ({
    why: "its prompts depend on features of the frozen network, which texts that are written do not have",
    help: "use `sequential` on the same adapter",
  }),
} satisfies Partial<Strategy>

/** Places of the tasks so far. */
export const tasksUntil = (stage: number): readonly number[] => Array.from({ length: stage + 1 }, (_, t) => t)

/** What belongs to an earlier task stays as it is. */
export const ofTask = (task: number, stage: number): { readonly trained?: false } =>
  task < stage ? { trained: false } : {}
