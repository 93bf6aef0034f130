/** Who performs which kind of step. */
import type { Performers } from "../work.ts"
import { compose } from "./composing/compose.ts"
import { fisher } from "./composing/fisher.ts"
import { group } from "./composing/group.ts"
import { dataset } from "./dataset.ts"
import { encode } from "./encode.ts"
import { evaluate } from "./evaluation/evaluate.ts"
import { features } from "./features.ts"
import { fit } from "./fit/fit.ts"
import { head } from "./head.ts"
import { memory } from "./memory.ts"
import { blind, truth } from "./mixed.ts"
import { port } from "./porting/port.ts"
import { portability } from "./porting/portability.ts"
import { pretrain } from "./pretraining/pretrain.ts"
import { read } from "./pretraining/read.ts"
import { study } from "./pretraining/study.ts"
import { vocabulary } from "./pretraining/vocabulary.ts"
import { scores } from "./scores/scores.ts"
import { tokens } from "./tokens.ts"
import { imported } from "./training/imported.ts"
import { module } from "./training/module.ts"
import { retrained } from "./training/retrained.ts"
import { course } from "./training/sequence/course.ts"
import { moment } from "./training/sequence/moment.ts"
import { shared } from "./training/shared.ts"
import { generate } from "./writing/generate.ts"
import { write } from "./writing/write.ts"

export const performers: Performers = {
  blind,
  compose,
  course,
  dataset,
  encode,
  evaluate,
  features,
  fisher,
  fit,
  generate,
  group,
  head,
  imported,
  memory,
  module,
  moment,
  port,
  pretrain,
  read,
  portability,
  retrained,
  scores,
  shared,
  study,
  tokens,
  truth,
  vocabulary,
  write,
}
