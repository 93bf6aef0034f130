/**
 * The words of the taxonomy of modular deep learning (Pfeiffer, Ruder, Vulić, Ponti 2023, arXiv 2302.11529), and three that it does
 * not have: what gates are computed from (`query`), no module at all, and what memories choose from. A plugin declares what can't
 * be derived of it; where several words are given, its options choose among them.
 */

/** What a module computes, of a function f with parameters theta. */
export const COMPUTATIONS = {
  low_rank:
    "parameter composition, f(x; theta + A B): updates of low rank, or made of Kronecker products of small matrices",
  sparse: "parameter composition, f(x; theta + b * phi): few entries, at places of their own",
  structured: "parameter composition: a part of the parameters that is chosen by its type, such as biases and norms",
  dense: "parameter composition, f(x; theta + D): every entry of a weight, or of all weights",
  prompt: "input composition, f([phi; x]): tokens before those of the text",
  prefix: "input composition in every block: keys and values before those of the text",
  adapter: "function composition, h + U phi(D h): a small network after a layer or beside it",
  rescaling: "function composition, l * h: coordinates of a state are rescaled",
  hypernetwork: "modules that another network makes",
  of_its_members: "that of the modules that it is made of",
  of_the_adapter: "that of the experiment's adapter",
  no_module: "the frozen backbone alone",
} as const

/** How modules are chosen or weighed. */
export const ROUTINGS = {
  fixed: "not by the text: by a task that is given, alike for all, or by chance",
  hard: "learnt: a choice of modules, each in or out, relaxed while it is learnt",
  soft: "learnt: a weight for every module, by softmax, sigmoid or a search",
  top_k: "only the k best of a learnt gate or of a similarity have weights",
  similarity:
    "by how near a text lies to something of each module: centroid, Gaussian, key, direction, or how sure it is",
} as const

/** How many sets of gates there are. */
export const LEVELS = {
  model: "one for the network",
  layer: "one for each block",
  site: "one for each site that has modules",
} as const

/** What shares one vector of gates. */
export const GRANULARITIES = {
  token: "each token has its own",
  example: "each text has its own",
  task: "all texts of a task, which is given",
  stream: "all texts",
} as const

/** What becomes of the modules that are weighed. */
export const AGGREGATIONS = {
  outputs: "representations: what modules give is summed, weighted by the gates",
  parameters: "parameters are interpolated, and the result is applied",
  select: "none: one module runs alone, with its own head",
  stack: "functions: modules one after the other",
} as const

/** When modules and what composes them are trained. */
export const TRAININGS = {
  joint: "on all tasks together",
  continual: "on the newest task, going on from the stage before",
  post_hoc: "over modules that are trained already: fitted on a memory or on all data, or not fitted at all",
} as const

/** What a memory chooses from. */
export const MEMORIES = {
  each_task: "each task apart: the same in every order",
  along_the_stream: "all examples so far: it depends on the order",
  written: "no example: samples that a model has written of each task",
} as const

/** The dimensions, in the order of the survey. Of `query`, a router's type says the words. */
export const DIMENSIONS = {
  computation: { title: "Computation function", words: COMPUTATIONS },
  routing: { title: "Routing", words: ROUTINGS },
  level: { title: "Level of routing", words: LEVELS },
  granularity: { title: "Granularity of routing", words: GRANULARITIES },
  aggregation: { title: "Aggregation", words: AGGREGATIONS },
  training: { title: "Training setting", words: TRAININGS },
  memory: { title: "Memory", words: MEMORIES },
} as const

type Word<Words> = keyof Words | readonly (keyof Words)[]

/** What an adapter says of itself where its factors or its sites do not say it. */
export interface AdapterPlace {
  readonly computation?: Word<typeof COMPUTATIONS>
  readonly aggregation?: Word<typeof AGGREGATIONS>
}

/** What a router says of itself: level, granularity and aggregation stand in its `routing`. */
export interface RouterPlace {
  readonly routing?: Word<typeof ROUTINGS>
}
