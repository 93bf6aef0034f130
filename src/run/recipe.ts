/** `recipe.json`: how a backbone was distilled, with all that a second run of the recipe needs. */
import { basename, resolve } from "node:path"
import type { Recipe } from "../model/distil.ts"
import { sha256 } from "../plan/key.ts"
import type { Backbone, BackboneSize, Checkpoint } from "../plugin/index.ts"
import type { Distilled } from "./distil.ts"
import { version } from "./version.ts"

export interface Making {
  readonly made: Distilled
  readonly teacher: Checkpoint
  /** Folder of the teacher; only its name is kept. */
  readonly location: string
  /** Texts, and what else the data plugin says of them, such as counts. */
  readonly corpus: { readonly texts: readonly string[] }
  readonly data: string
  readonly backbone: Backbone
  readonly size: BackboneSize
  readonly recipe: Recipe
  readonly seed: number
  readonly threads: number
  readonly seconds: number
}

/** Steps over which the loss at the end is averaged. */
const LAST = 100

export const recipeOf = ({
  made,
  teacher,
  location,
  corpus,
  data,
  backbone,
  size,
  recipe,
  seed,
  threads,
  seconds,
}: Making) => {
  const { texts, ...counts } = corpus
  const last = made.losses.slice(-LAST)
  return {
    schema: "l2r/recipe",
    version: 1,
    l2r: version,
    backbone: backbone.name,
    size,
    parameters: made.checkpoint.parameters,
    teacher: {
      name: basename(resolve(location)),
      digest: teacher.digest,
      parameters: teacher.parameters,
      width: teacher.width,
    },
    corpus: { data: data.split(":")[0], texts: texts.length, digest: sha256(texts.join("\n")), ...counts },
    training: { ...recipe, optimiser: "AdamW", schedule: "linear", warmUp: 0.05, weightDecay: 0.01 },
    seed,
    threads,
    steps: made.losses.length,
    loss: last.reduce((sum, loss) => sum + loss, 0) / last.length,
    seconds: Math.round(seconds),
  }
}
