/** Explanations of 04: options and their values. */
import type { Pages } from "./page.ts"
import { trial } from "./trial.ts"

export const options: Pages = {
  L2R0401: {
    title: "not an option",
    text: "The plugin, or the language for its own kinds, has no option of this name. `l2r plugins KIND NAME` lists the options of a plugin with their types and defaults. Nothing is ignored silently: a misspelt option would leave its default in place, and the table would show the result of another experiment.",
    wrong: "adapter low_rank = lora { rnak: 8 }",
    right: "adapter low_rank = lora { rank: 8 }",
  },
  L2R0402: {
    title: "given twice",
    text: "An option has one value. Two of them in one block contradict each other even where they are equal, so neither wins. A declaration that extends another may give an option anew: that is how variants are written.",
    wrong: "adapter low_rank = lora { rank: 8, rank: 4 }",
    right: "adapter low_rank = lora { rank: 8 }\nadapter lower = low_rank { rank: 4 }",
  },
  L2R0403: {
    title: "a required option is missing",
    text: "Most options have a default. This one has none, because no value is right for everyone: say it. What is taken over from another declaration counts.",
    wrong: "stream topics { scenario: class_incremental }",
    right: "data glosses = wordnet\nstream topics { tasks: glosses }",
  },
  L2R0404: {
    title: "a value of another type",
    text: "The option takes one type of value, and this is another: a fraction where a whole number belongs, a single word where a list belongs, a number where a name belongs. The message says which. `true` and `false` are words and stand without quotes; a list of one is written `[query]`.",
    wrong: "adapter low_rank = lora { rank: 8, targets: query }",
    right: "adapter low_rank = lora { rank: 8, targets: [query] }",
  },
  L2R0405: {
    title: "a number out of range",
    text: "The option takes only numbers of a range, because outside of it the method is not defined or can't work: a rank below 1, a share above 1. Shares may be written as percentages: `10%` is 0.1.",
    wrong: "adapter low_rank = lora { rank: 0 }",
    right: "adapter low_rank = lora { rank: 1 }",
  },
  L2R0406: {
    title: "not one of the words",
    text: "The option takes one of some words, and this is none of them. If one is near, the message proposes it; else it lists them.",
    wrong: "router learnt = l2r { aggregate: output }",
    right: "router learnt = l2r { aggregate: outputs }",
  },
  L2R0407: {
    title: "an empty list",
    text: "A list that says what is to be used needs an entry. To have the default, leave the whole option out.",
    wrong: "adapter low_rank = lora { targets: [] }",
    right: "adapter low_rank = lora",
  },
  L2R0408: {
    title: "not a range",
    text: "`1..3` stands for `[1, 2, 3]`: whole numbers, upwards, both ends included, at most ten thousand of them.",
    wrong: trial("routers: learnt, seeds: 3..1"),
    right: trial("routers: learnt, seeds: 1..3"),
    given: true,
  },
  L2R0409: {
    title: "a comparison outside of an experiment",
    text: "A comparison names rows, and only an experiment has rows: move the line into the experiment whose rows it compares.",
    wrong: "train brief {\n  epochs: 3\n  compare learnt against nearest on accuracy\n}",
    right: trial("routers: [learnt, nearest]\n  compare learnt against nearest on accuracy"),
    given: true,
  },
  L2R0410: {
    title: "a time where none belongs",
    text: "`30s` and `2min` are times, and this option is a plain number. Only options that are times take them; `l2r plugins KIND NAME` says which are. The letters `k` and `M` and the sign `%` go with any number.",
    wrong: "train brief { epochs: 3s }",
    right: "train brief { epochs: 3 }",
  },
  L2R0411: {
    title: "a sweep within a value",
    text: "A sweep stands for the whole value of an option, and each of its entries is one variant. It can't stand within a list or a record: write the whole value of each variant.",
    wrong: "adapter low_rank = lora { targets: [query, sweep [key, value]] }",
    right: "adapter low_rank = lora { targets: sweep [[query, key], [query, value]] }",
  },
  L2R0412: {
    title: "a list that is run entry by entry anyway",
    text: "Adapters, routers, bounds, seeds and orders of an experiment and a stream, and the models of a study, are lists of what is run, each entry for itself. That is a sweep already, so a plain list is written.",
    wrong: trial("routers: learnt", "sweep [low_rank, narrow]"),
    right: trial("routers: learnt", "[low_rank, narrow]"),
    given: true,
  },
  L2R0413: {
    title: "sweeps in step that differ in length",
    text: "Sweeps with the same word behind `sweep` go in step: the first values together, then the second, and so on. So they have equally many values. Without the word, each value is combined with each.",
    wrong: "adapter low_rank = lora { rank: sweep size [4, 8], alpha: sweep size [8, 16, 32] }",
    right: "adapter low_rank = lora { rank: sweep size [4, 8], alpha: sweep size [8, 16] }",
  },
  L2R0414: {
    title: "too many variants",
    text: "Two sweeps of a declaration are combined value by value, so their numbers multiply. Beyond a bound this is rarely what was meant, and never finishes: sweep fewer values, or let sweeps go in step by giving them the same word.",
    wrong: `adapter low_rank = lora { rank: sweep [${Array.from({ length: 40 }, (_, i) => i + 1).join(", ")}], alpha: sweep [${Array.from({ length: 40 }, (_, i) => i + 1).join(", ")}] }`,
    right: "adapter low_rank = lora { rank: sweep size [4, 8, 16], alpha: sweep size [8, 16, 32] }",
  },
  L2R0415: {
    title: "a backend is not swept",
    text: "One backend computes all steps of a run, so it has no variants. To compare two settings of a backend, run the spec twice, once with each.",
    wrong: "backend fast = onnxruntime { threads: sweep [1, 2] }",
    right: "backend fast = onnxruntime { threads: 2 }",
  },
  L2R0416: {
    title: "a rule of the plugin's own",
    text: "Besides what each option takes, a plugin may have rules about them: a value that must divide another, an option that only means something beside a second. The plugin is asked once every option alone is sound, and the complaint is its own sentence, at the option that it names.",
    wrong: 'use "./mine.ts" as mine\nadapter halves = mine.split { parts: 3, width: 8 }',
    right: 'use "./mine.ts" as mine\nadapter halves = mine.split { parts: 4, width: 8 }',
  },
  L2R0417: {
    title: "options that exclude each other",
    text: "Both options say the same thing in two ways, so only one of them can hold: how many examples a memory keeps is said for each class or for each task. Leave one of them out. An option may also come from the declaration that this one extends.",
    wrong: "memory few = random { per_class: 5, per_task: 20 }",
    right: "memory few = random { per_task: 20 }",
  },
}
