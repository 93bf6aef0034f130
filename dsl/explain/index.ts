/** Every diagnostic, explained: by code. */
import { answers } from "./answers.ts"
import { boundaries } from "./boundaries.ts"
import { experiments, plan } from "./experiments.ts"
import { file } from "./file.ts"
import { flags } from "./flags.ts"
import { names } from "./names.ts"
import { options } from "./options.ts"
import type { Pages } from "./page.ts"
import { reading } from "./reading.ts"
import { studies } from "./studies.ts"

export { besideOf, type Example, exampleOf, GIVEN, type Page, shownOf } from "./page.ts"
export { runExample } from "./run.ts"
export { SAME_PAGE, words } from "./words.ts"

export const pages: Pages = {
  ...reading,
  ...file,
  ...names,
  ...options,
  ...experiments,
  ...answers,
  ...boundaries,
  ...studies,
  ...plan,
  ...flags,
}
