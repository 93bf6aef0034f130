/** Who performs which kind of step. */
import type { Performers } from "../work.ts"
import { compose } from "./compose.ts"
import { dataset } from "./dataset.ts"
import { encode } from "./encode.ts"
import { evaluate } from "./evaluate.ts"
import { features } from "./features.ts"
import { fisher } from "./fisher.ts"
import { fit } from "./fit.ts"
import { group } from "./group.ts"
import { head } from "./head.ts"
import { imported } from "./imported.ts"
import { memory } from "./memory.ts"
import { blind, truth } from "./mixed.ts"
import { module } from "./module.ts"
import { retrained } from "./retrained.ts"
import { scores } from "./scores.ts"
import { shared } from "./shared.ts"
import { tokens } from "./tokens.ts"
import { write } from "./write.ts"

export const performers: Performers = {
  blind,
  compose,
  dataset,
  encode,
  evaluate,
  features,
  fisher,
  fit,
  group,
  head,
  imported,
  memory,
  module,
  retrained,
  scores,
  shared,
  tokens,
  truth,
  write,
}
