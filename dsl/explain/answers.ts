/** Explanations of 05: texts that are answered in words. */
import type { Pages } from "./page.ts"
import { trial } from "./trial.ts"

/** An experiment on texts that are answered in words. */
const spoken = (
  options: string,
  before = "",
): string => `${before}backbone writer = t5 "checkpoint" { network: encoder_decoder }
stream chat { tasks: glosses[living, things], head: text }
${trial(options)
  .replace(/on:( +)\w+/, "on:$1writer")
  .replace(/stream:( +)\w+/, "stream:$1chat")}`

export const answers: Pages = {
  L2R0530: {
    title: "a scenario without classes",
    text: "A scenario says which classes a prediction is made among. Under `head: text` the backbone writes an answer, which counts by its words, whatever the task; so there is nothing for a scenario to say.",
    wrong: "data glosses = wordnet\nstream chat { tasks: glosses, head: text, scenario: task_incremental }",
    right: "data glosses = wordnet\nstream chat { tasks: glosses, head: text }",
  },
  L2R0531: {
    title: "answers where none are written",
    text: "`answers` says how long an answer may be and how it is searched for. A stream whose head is `classes`, as it is where nothing is said, chooses a class and writes nothing.",
    wrong: "data glosses = wordnet\nstream chat { tasks: glosses, answers: { max_tokens: 8 } }",
    right: "data glosses = wordnet\nstream chat { tasks: glosses, head: text, answers: { max_tokens: 8 } }",
  },
  L2R0532: {
    title: "a measure that the stream does not have",
    text: "Where a class is chosen there is accuracy; where an answer is written there are Rouge-L and exact match. What is read off the matrix (`anytime`, `forgetting`, `backward_transfer`, `learning_accuracy`, `forward_transfer`) both have: of accuracies, or of Rouge-L.",
    wrong: spoken("bounds: [oracle, uniform]\nmeasure: accuracy"),
    right: spoken("bounds: [oracle, uniform]\nmeasure: rouge_l"),
    given: true,
  },
  L2R0533: {
    title: "a row that scores classes",
    text: "A probe scores classes by features of the frozen backbone. Under `head: text` there are no classes, and it has nothing to say.",
    wrong: spoken("bounds: [oracle, frozen_class_centroid]"),
    right: spoken("bounds: [oracle, uniform]"),
    given: true,
  },
  L2R0534: {
    title: "heads where there are none",
    text: "`head` says whether the heads of a router's row are those that the modules were trained with, or are refitted on the memory. What writes answers has no head beside the backbone's own, so the row has neither, and the option is left out.",
    wrong: spoken("routers: headed", "router headed = l2r { memory: few, head: refit }\n"),
    right: spoken(
      "routers: headless",
      "memory asked = random { per_task: 20 }\nrouter headless = l2r { memory: asked }\n",
    ),
    given: true,
  },
  L2R0535: {
    title: "classes where there are none",
    text: "Some routers and memories speak of classes: statistics of each class, so many examples of each class, how sure a module is of its best class. Under `head: text` a task is one whole, and there is nothing to count. Most have an option that speaks of tasks instead, which the help names.",
    wrong: spoken("routers: near", "router near = similarity { statistic: class_gaussian }\n"),
    right: spoken("routers: near", "router near = similarity { statistic: task_gaussian, statistics: train }\n"),
    given: true,
  },
  L2R0539: {
    title: "portability where texts are answered in words",
    text: "A portability tests carried modules by how many test texts of a task get their right class, under a head that is fitted on each backbone. Under `head: text` there are no classes.",
    wrong: spoken(
      "bounds: oracle",
      "transfer ported = skip { of: low_rank, from: encoder }\nportability porting { transfers: ported, on: encoder, stream: chat, train: brief }\n",
    ),
    right: spoken(
      "bounds: oracle",
      "transfer ported = skip { of: low_rank, from: encoder }\nportability porting { transfers: ported, on: encoder, stream: topics, train: brief }\n",
    ),
    given: true,
  },
  L2R0545: {
    title: "forward transfer where nothing can be known",
    text: "Forward transfer is how well a task is known before it is learnt. Where each task brings labels of its own, no model can name them before; where tasks share their labels (`scenario: domain_incremental`), or answers are written, it can. Under `boundaries: unknown` some of the next task may have come when a task ends. Rows that are told the task have no module for one to come, and no figure.",
    wrong: trial("bounds: [oracle, uniform]\nmeasure: [accuracy, forward_transfer]"),
    right: spoken("bounds: [oracle, uniform]\nmeasure: [rouge_l, forward_transfer]"),
    given: true,
  },
  L2R0544: {
    title: "samples where classes are chosen",
    text: "The samples of a memory that is `generated`, and those that a strategy such as `lfpt5` replays, are texts with their answers, which a model has written. Where an example has a class no model writes: there are samples on streams whose `head` is `text`.",
    wrong: `memory dreamt = generated { per_task: 20 }\nrouter dreamer = l2r { memory: dreamt }\n${trial("routers: dreamer")}`,
    right: spoken(
      "routers: dreamer",
      "memory dreamt = generated { per_task: 20 }\nrouter dreamer = l2r { memory: dreamt }\n",
    ),
    given: true,
  },
}
