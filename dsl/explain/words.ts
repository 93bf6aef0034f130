/** Words of the language that are no kind of declaration: what each is for, with an example that the tests run. */
import type { Example } from "./page.ts"
import { trial } from "./trial.ts"

export interface WordPage {
  readonly title: string
  readonly text: string
  readonly example: string | Example
  /** The example stands in a file that has the declarations of `GIVEN` too. */
  readonly given?: true
}

export const words: Readonly<Record<string, WordPage>> = {
  language: {
    title: "the version of the language",
    text: "The first line of a file says in which version of the language it is written, so that a later l2r knows how to read it. `l2r fix` carries an older file over.",
    example: "language 1",
  },
  use: {
    title: "plugins of a file or a package",
    text: "`use` brings the plugins of a TypeScript file, whose path starts from the folder of the spec, or of an installed package. They are named by an alias: the one after `as`, or the last part of the path.",
    example: 'use "./nearest_class.ts" as mine\nrouter nearest_of_mine = mine.nearest_class',
  },
  import: {
    title: "declarations of another file",
    text: "`import` brings the declarations of another spec under their own names. The path starts from the file that says it, and so do all paths in the imported file.",
    example: {
      spec: 'import "./common.l2r"\nadapter wide = low_rank { rank: 16 }',
      files: { "common.l2r": "adapter low_rank = lora { rank: 8 }" },
    },
  },
  sweep: {
    title: "an option with several values",
    text: "`sweep [...]` stands for the whole value of an option and makes a variant of the declaration for each value, called `sized[rank=4]`; what names the declaration is run with each. Two sweeps make their product; with one word behind `sweep` they go in step.",
    example: `adapter sized = lora { rank: sweep size [4, 8], alpha: sweep size [8, 16] }\n${trial("routers: learnt", "sized")}`,
    given: true,
  },
  compare: {
    title: "which rows are compared",
    text: "Within an experiment, `compare` names a row, those that it is compared against, and the measure. Each comparison comes with a difference, an interval and a p-value, which are corrected together.",
    example: trial(
      "routers: [learnt, nearest]\nbounds: uniform\ncompare learnt against [nearest, uniform] on accuracy",
    ),
    given: true,
  },
  shuffled: {
    title: "orders of the tasks",
    text: "The tasks of a stream come as they are `written`, `reversed`, in as many drawn orders as `shuffled(3)` says, or in an order that is a list. Each order is a run of its own.",
    example:
      "data glosses = wordnet\nstream topics { tasks: glosses[living, things, mind], orders: [written, reversed, shuffled(2), [mind, living, things]] }",
  },
  units: {
    title: "numbers with units, and ranges",
    text: "`5%` is 0.05, `8k` is 8000, `2M` two million; times are `30s`, `500ms`, `2min`, `1h`. `1..3` is the list of 1, 2 and 3.",
    example: trial("routers: learnt\nseeds: 1..3"),
    given: true,
  },
}

/** Words that stand on the page of another. */
export const SAME_PAGE: Readonly<Record<string, string>> = {
  against: "compare",
  as: "use",
  written: "shuffled",
  reversed: "shuffled",
  orders: "shuffled",
  seeds: "units",
  zip: "sweep",
  grid: "sweep",
  range: "units",
}
