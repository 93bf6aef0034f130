/** Every diagnostic, explained: by code. */
import { experiments } from "./experiments.ts"
import { file } from "./file.ts"
import { names } from "./names.ts"
import { options } from "./options.ts"
import type { Pages } from "./page.ts"
import { reading } from "./reading.ts"

export { GIVEN, type Page, wholeOf } from "./page.ts"

export const pages: Pages = { ...reading, ...file, ...names, ...options, ...experiments }
export { runExample } from "./run.ts"
