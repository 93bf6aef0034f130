/** Explanations of 07: what the command line says about a spec. */
import type { Pages } from "./page.ts"
import { trial } from "./trial.ts"

const spec = trial("routers: [learnt, nearest]")

export const flags: Pages = {
  L2R0701: {
    title: "a flag that names nothing",
    text: "`--set` begins with the name of a declaration of the spec, and nothing is called so. Variants of a sweep are set together, by the name as it is written in the file.",
    wrong: { spec, set: ["lowrank.rank=16"] },
    right: { spec, set: ["low_rank.rank=16"] },
    given: true,
  },
  L2R0702: {
    title: "a flag that sets nothing",
    text: "`--set` reads `declaration.option=value`: `--set low_rank.rank=16`, `--set trial.seeds=1..5`. Several values with commas between them make a sweep, or a list where the option takes one.",
    wrong: { spec, set: ["low_rank.rank"] },
    right: { spec, set: ["low_rank.rank=16"] },
    given: true,
  },
  L2R0703: {
    title: "a value that can't be read",
    text: "Behind `=` stands a value as in a spec: a number, a word, a text in quotes, a list, a range. Most shells take quotes and brackets for themselves, so put single quotes around the whole.",
    wrong: { spec, set: ["low_rank.targets=[query"] },
    right: { spec, set: ["low_rank.targets=[query]"] },
    given: true,
  },
  L2R0704: {
    title: "an option is missing",
    text: "A backbone and a data source are found somewhere, and their place can be set by the name alone: `--set encoder=other/checkpoint`. For everything else, say which option is set.",
    wrong: { spec, set: ["low_rank=16"] },
    right: { spec, set: ["low_rank.rank=16"] },
    given: true,
  },
  L2R0705: {
    title: "a pattern that fits nothing",
    text: "`--only` and `--skip` take names or patterns with `*` of experiments, studies and portabilities, and of the adapters, rows, models, transfers and backbones in them. This one fits none, so it would change nothing.",
    wrong: { spec, skip: ["nearst"] },
    right: { spec, skip: ["near*"] },
    given: true,
  },
  L2R0706: {
    title: "nothing is left",
    text: "After `--only` and `--skip`, an experiment needs an adapter and a row, a study a model, a portability a transfer and a backbone, and the spec one of the three.",
    wrong: { spec, skip: ["learnt", "nearest"] },
    right: { spec, skip: ["nearest"] },
    given: true,
  },
}
