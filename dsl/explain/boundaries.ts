/** Explanations of 05: streams in which nobody is told where a task ends. */
import type { Pages } from "./page.ts"
import { trial } from "./trial.ts"

export const boundaries: Pages = {
  L2R0540: {
    title: "a row that must be told where a task ends",
    text: "Under `boundaries: unknown` the training texts of all tasks are one sequence, and nobody is told in training where one task ends and the next begins. What has a module for each task (routers, compositions, libraries, groupings, transfers), and strategies that do something when a task is over (`ewc`, `lwf`, what grows) or that know whose classes an example has (masks), have no place there. `sequential`, `er`, `der_pp`, `a_gem` and `mbpa_pp` need no boundaries, nor has `l2p` with `mask: false`; `multi_task` is trained on all texts at once and is a bound.",
    wrong: `stream free { tasks: glosses[living, things], boundaries: unknown }\n${trial("bounds: [sequential, ewc]").replace("topics", "free")}`,
    right: `stream free { tasks: glosses[living, things], boundaries: unknown }\n${trial("bounds: sequential").replace("topics", "free")}`,
    given: true,
  },
  L2R0541: {
    title: "a memory that must be told where a task ends",
    text: "`random`, `herding` and `k_means` draw their examples from each task by itself, when all of it is there. Under `boundaries: unknown` there is one sequence, and a memory is kept along it: `reservoir` keeps a uniform sample of all that has come, `ring` the newest of each class.",
    wrong: `stream free { tasks: glosses[living, things], boundaries: unknown }\nmemory drawn = random { per_class: 5 }\nstrategy replay = er { memory: drawn }\n${trial("bounds: replay").replace("topics", "free")}`,
    right: `stream free { tasks: glosses[living, things], boundaries: unknown }\nmemory kept = reservoir { capacity: 50 }\nstrategy replay = er { memory: kept }\n${trial("bounds: replay").replace("topics", "free")}`,
    given: true,
  },
  L2R0542: {
    title: "a blur between tasks that are told apart",
    text: "`blur` says over which share of a task it goes over into the next. Where boundaries are known, as they are where nothing is said, tasks come one after the other and none has texts of the next.",
    wrong: "data glosses = wordnet\nstream topics { tasks: glosses, blur: 20% }",
    right: "data glosses = wordnet\nstream topics { tasks: glosses, boundaries: unknown, blur: 20% }",
  },
  L2R0543: {
    title: "a task that is told, and that nobody knows",
    text: "Under `task_incremental` every row is told the task of a test text and chooses among its classes. Under `boundaries: unknown` a row does not know tasks at all: it chooses among all classes that have come so far.",
    wrong: "data glosses = wordnet\nstream topics { tasks: glosses, boundaries: unknown, scenario: task_incremental }",
    right: "data glosses = wordnet\nstream topics { tasks: glosses, boundaries: unknown, scenario: class_incremental }",
  },
}
