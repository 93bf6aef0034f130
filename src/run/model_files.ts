/** A language model of the store as the files of a checkpoint, with `recipe.json`: how it was made. */
import type { ModelPlan } from "../plan/plan.ts"
import { modelIn } from "./steps/pretraining/language_model.ts"
import { openStore } from "./store/index.ts"
import { version } from "./version.ts"

export interface ModelFiles {
  readonly files: ReadonlyMap<string, string | Uint8Array>
  readonly parameters: number
  /** Mean over the last steps. */
  readonly loss: number
}

/** Steps over which the loss at the end is averaged. */
const LAST = 100

export const modelFiles = (
  { family, steps, wanted: [key], effective, profile }: ModelPlan,
  { name, seed, store }: { readonly name: string; readonly seed: number; readonly store: string },
): ModelFiles => {
  const artifact = openStore(store).read(key)
  const { checkpoint } = modelIn(family, artifact)
  const losses = artifact.arrays.losses.data as Float64Array
  const last = losses.slice(-LAST)
  const loss = last.reduce((sum, one) => sum + one, 0) / last.length
  const recipe = {
    schema: "l2r/recipe",
    version: 1,
    l2r: version,
    model: name,
    seed,
    parameters: checkpoint.parameters,
    steps: losses.length,
    loss,
    key,
    profile,
    texts: steps.flatMap(({ kind, label, key: of }) => (kind === "dataset" ? [{ label, key: of }] : [])),
    spec: effective,
  }
  const files = { ...family.files!(checkpoint), "recipe.json": `${JSON.stringify(recipe, null, 2)}\n` }
  return { files: new Map(Object.entries(files)), parameters: checkpoint.parameters, loss }
}
