/** What the store already has of a plan, and what is left to compute. */
import { inputKeys } from "../plan/key.ts"
import type { Step } from "../plan/step.ts"
import { Damage, type StepRecord, type Store } from "./store/index.ts"

export interface Survey {
  /** Steps that must run for the wanted ones, inputs before those that need them. */
  readonly missing: readonly Step[]
  /** Records of the steps that are reused, by key: only those that a missing step reads, or that are wanted. */
  readonly present: ReadonlyMap<string, StepRecord>
  /** Steps whose objects or records were found damaged, with what is wrong. */
  readonly damaged: readonly { readonly step: Step; readonly message: string }[]
}

/**
 * Walks from the wanted steps towards their inputs, as far as steps are missing. Each step that is reused is compared
 * with its digests, byte by byte. Throws StoreError, and an Error for a key that the plan does not have.
 */
export const survey = (steps: readonly Step[], wanted: readonly string[], store: Store): Survey => {
  const byKey = new Map(steps.map((step) => [step.key, step]))
  const missing = new Map<string, Step>()
  const present = new Map<string, StepRecord>()
  const damaged: { step: Step; message: string }[] = []
  const visit = (key: string): void => {
    if (missing.has(key) || present.has(key)) return
    const step = byKey.get(key)
    if (!step) throw new Error(`the plan has no step ${key}`)
    try {
      const record = store.verify(key)
      if (record) {
        present.set(key, record)
        return
      }
    } catch (cause) {
      if (!(cause instanceof Damage)) throw cause
      damaged.push({ step, message: cause.message })
    }
    missing.set(key, step)
    for (const input of inputKeys(step)) visit(input)
  }
  for (const key of wanted) visit(key)
  return { missing: steps.filter(({ key }) => missing.has(key)), present, damaged }
}
