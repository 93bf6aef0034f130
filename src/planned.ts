/** Phase 2 by itself: what only plans loads nothing of what runs and reports. */
import type { Spec } from "../dsl/index.ts"
import { type ModelPlan, makeModelPlan, makePlan, type Plan, type PlanSettings } from "./plan/plan.ts"
import { machine } from "./run/machine.ts"
import { moduleReader } from "./run/peft/elsewhere.ts"
import type { Source } from "./source.ts"

export const plan = (
  spec: Spec,
  source: Source,
  settings: Omit<PlanSettings, "directory" | "processor" | "moduleReader"> = {},
): Promise<Plan> =>
  makePlan(spec, { directory: source.directory, processor: machine().fingerprint, moduleReader, ...settings })

/** Of one language model that a spec declares. */
export const modelPlan = (spec: Spec, name: string, seed: number, { directory }: Source): Promise<ModelPlan> =>
  makeModelPlan(spec, name, seed, { directory, processor: machine().fingerprint })
