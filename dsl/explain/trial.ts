/** An experiment on what every explained file declares, as a spec writes it. */
import { format } from "../format/index.ts"

/** With these options last. */
export const trial = (options: string, adapters = "low_rank"): string =>
  format(
    `experiment trial {\non: encoder\nstream: topics\nadapters: ${adapters}\ntrain: brief\n${options}\n}`,
  ).text.trimEnd()
