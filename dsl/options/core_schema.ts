/** The options of declarations that no plugin stands behind, in the form in which plugins' options come. */
import type { CoreKind } from "../kinds.ts"
import type { JsonSchema } from "../vocabulary.ts"

const positiveInteger = { type: "integer", minimum: 1 } as const
const oneOrMore = (items: JsonSchema, description: string): JsonSchema => ({
  anyOf: [items, { type: "array", items, minItems: 1 }],
  description,
})

export const SCENARIOS = ["class_incremental", "task_incremental", "domain_incremental"] as const

/** Whether rows are told where a task ends while they are trained. */
export const BOUNDARIES = ["known", "unknown"] as const

/** What stands at the end of the network: a class is chosen, or an answer is written. */
export const HEADS = ["classes", "text"] as const

/** What written answers score, a number for each test example. */
export const SCORES = ["rouge_l", "exact_match"] as const

export const MEASURES = [
  "accuracy",
  "task_accuracy",
  "anytime",
  "forgetting",
  "backward_transfer",
  "learning_accuracy",
  "router_accuracy",
  "entropy",
  "cost",
] as const

/** Where answers are written there is no accuracy; what is read off the matrix is read off that of `rouge_l`. */
export const TEXT_MEASURES = [...SCORES, ...MEASURES.slice(2)] as const

/**
 * What is shown where `measure` names it, and not otherwise: weighted F1, forgetting and backward transfer as other published codes
 * define them, forward transfer, for which more is tested, and how the routers use the modules, by layer and task.
 */
export const ON_REQUEST = [
  "weighted_f1",
  "forgetting_all_rows",
  "backward_transfer_sapt",
  "forward_transfer",
  "routing",
] as const

/** Measures on which two rows can be paired: a number per test example (right or wrong, or a score), or worked out anew from examples that are drawn. */
export const COMPARED = ["accuracy", "task_accuracy", "weighted_f1", ...SCORES] as const

/** Those that a stream has, by its head; `usual` are those that are shown where none is named. */
export const measuresOf = (
  head: (typeof HEADS)[number],
): { readonly all: readonly string[]; readonly usual: readonly string[]; readonly compared: readonly string[] } => {
  const usual = head === "text" ? TEXT_MEASURES : MEASURES
  const compared = head === "text" ? SCORES : COMPARED.filter((name) => !(SCORES as readonly string[]).includes(name))
  const more = ON_REQUEST.filter((name) => head === "classes" || name !== "weighted_f1")
  return { usual, all: [...usual, ...more], compared }
}

/** Orders of the tasks that have a name; `shuffled(3)` says how many. A list of tasks is an order too. */
export const ORDERS = ["written", "reversed", "shuffled"] as const

const stream: JsonSchema = {
  type: "object",
  required: ["tasks"],
  properties: {
    tasks: {
      takes: "data, data with some of its tasks, or a list of these",
      description: "the tasks in their order: `intents`, `intents[t1, t2]`, or a list of these",
    },
    scenario: {
      enum: SCENARIOS,
      default: "class_incremental",
      description:
        "whether the classes of all tasks are told apart, the task of an example is given, or all tasks share their classes",
    },
    boundaries: {
      enum: BOUNDARIES,
      default: "known",
      description:
        "whether texts arrive task by task, or as one sequence in which no row is told where a task ends (task-free)",
    },
    blur: {
      type: "number",
      minimum: 0,
      maximum: 1,
      default: 0,
      description:
        "under `boundaries: unknown`, over which share of a task it goes over into the next; 0: from one text to the next",
    },
    head: {
      enum: HEADS,
      default: "classes",
      description:
        "what answers a text: a class that is chosen, or an answer that the backbone writes, an encoder-decoder or a decoder",
    },
    answers: {
      type: "object",
      properties: {
        max_tokens: {
          ...positiveInteger,
          default: 32,
          description: "tokens of an answer, its end included; what is longer is cut, and counted",
        },
        beams: { ...positiveInteger, default: 1, description: "width of the beam search; 1 takes the likeliest token" },
      },
      description: "under `head: text`, how answers are written",
    },
    orders: {
      takes: "an order, or a list of orders",
      description:
        "in which orders the tasks come, each a run of its own: `written`, `reversed`, `shuffled(3)`, a list of the tasks, or a list of these",
      default: ["written"],
    },
  },
}

const train: JsonSchema = {
  type: "object",
  properties: {
    epochs: { ...positiveInteger, default: 3, description: "passes over the training examples of a task" },
    batch: { ...positiveInteger, default: 32, description: "examples that are computed at once" },
    accumulate: {
      ...positiveInteger,
      default: 1,
      description: "batches to a step, which follows the mean gradient of their examples",
    },
    learning_rate: { type: "number", exclusiveMinimum: 0, default: 1e-3, description: "of the module's parameters" },
    head_learning_rate: {
      type: "number",
      exclusiveMinimum: 0,
      default: 1e-2,
      description: "of the classification head",
    },
    optimiser: {
      enum: ["adamw", "adafactor"],
      default: "adamw",
      description: "AdamW, or Adafactor, which keeps a row and a column for each matrix",
    },
    weight_decay: { type: "number", minimum: 0, default: 0.01, description: "decoupled from the gradient" },
    decayed: {
      enum: ["all", "matrices"],
      default: "all",
      description: "what weight decay reaches: every parameter, or not the biases, the gains and the norms",
    },
    clip: {
      anyOf: [{ type: "number", exclusiveMinimum: 0 }, { enum: ["none"] }],
      default: "none",
      description: "all gradients of a step are scaled down together where their length is larger",
    },
    label_smoothing: {
      type: "number",
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0,
      description: "share of each label that is spread evenly over the classes",
    },
    schedule: {
      enum: ["linear", "cosine", "constant"],
      default: "linear",
      description: "how the learning rate goes to zero, if it does",
    },
    warm_up: {
      type: "number",
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0,
      description: "share of the steps in which the learning rate rises from zero",
    },
    initialisation: {
      enum: ["own", "shared"],
      default: "own",
      description:
        "whether each task's module starts from draws of its own, or all modules of a seed from the same ones",
    },
    early_stop: {
      enum: ["none", "validation"],
      default: "none",
      description: "keep the epoch that is best on the validation examples",
    },
    earlier: {
      enum: ["absent", "summed", "averaged", "weighted"],
      default: "absent",
      description:
        "modules of earlier tasks while one is trained: absent, which is isolation; or frozen and at work beside it, added up, averaged with it, or weighed by a softmax that is learnt with it",
    },
  },
}

/** Its options are the names of tasks, each with an adapter. */
const library: JsonSchema = { type: "object", properties: {} }

const seeds: JsonSchema = {
  anyOf: [
    { type: "integer", minimum: 0 },
    { type: "array", items: { type: "integer", minimum: 0 }, minItems: 1 },
  ],
  default: [1],
  description: "a number, a range `1..3` or a list; everything is repeated for each",
}

const share = { type: "number", minimum: 0, exclusiveMaximum: 1 } as const

const experiment: JsonSchema = {
  type: "object",
  required: ["on", "stream", "adapters", "train"],
  properties: {
    on: { type: "string", reference: "backbone", description: "the frozen backbone" },
    stream: { type: "string", reference: "stream", description: "the tasks that arrive" },
    adapters: {
      takes: "the name of an adapter, a library, a grouping or a transfer, or a list of these",
      description: "adapters, libraries, groupings or transfers; each gives its own set of modules",
    },
    train: { type: "string", reference: "train", description: "how modules are trained" },
    routers: { ...oneOrMore({ type: "string", reference: "router" }, "routers to compare"), default: [] },
    compositions: {
      ...oneOrMore({ type: "string", reference: "composition" }, "compositions of the modules, beside the routers"),
      default: [],
    },
    bounds: {
      takes: "the name of a router, a strategy or a probe, or a list of these",
      description: "plugins or declarations of kind router, strategy or probe that stand beside the routers",
      default: [],
    },
    seeds,
    measure: {
      ...oneOrMore(
        { enum: [...MEASURES, ...SCORES, ...ON_REQUEST] },
        "what the table shows; where it is left out, all that the stream's head has but `weighted_f1`, `forgetting_all_rows`, `backward_transfer_sapt` and `routing`: accuracies of classes, or scores of written answers",
      ),
      default: MEASURES,
    },
  },
}

/** The sizes of a network that begins from nothing. */
const size: JsonSchema = {
  type: "object",
  properties: {
    layers: { ...positiveInteger, default: 4, description: "blocks" },
    width: { ...positiveInteger, default: 64, description: "width of the state" },
    heads: { ...positiveInteger, default: 4, description: "attention heads; they divide the width" },
    intermediate: {
      ...positiveInteger,
      default: 64,
      description: "width within a feed-forward layer, or within one of its experts",
    },
    experts: { ...positiveInteger, default: 8, description: "of families that have them: experts of each sub-layer" },
    experts_of_token: { ...positiveInteger, default: 2, description: "how many of these a token takes" },
    vocabulary: {
      type: "integer",
      minimum: 6,
      default: 2000,
      description: "pieces of the vocabulary, which is trained on the same texts",
    },
    max_tokens: { type: "integer", minimum: 3, default: 32, description: "texts are cut after this many tokens" },
  },
  description: "of the network that begins from nothing",
}

const lambda = (description: string): JsonSchema => ({ type: "number", minimum: 0, default: 0, description })

const pretraining: JsonSchema = {
  type: "object",
  required: ["texts", "train"],
  properties: {
    family: {
      takes: "the name of a backbone plugin whose networks can be made from nothing",
      description: "the family of the network that begins from nothing",
    },
    size,
    from: {
      type: "string",
      reference: "pretraining",
      description: "the language model that is trained further, instead of a family: its sizes and its vocabulary stay",
    },
    texts: {
      type: "string",
      reference: "stream",
      description: "it learns the training texts of this stream, all tasks mixed",
    },
    train: {
      type: "string",
      reference: "train",
      description: "how: epochs, batches, learning rate; all weights are trained",
    },
    insert: {
      type: "integer",
      minimum: 0,
      default: 0,
      description:
        "fresh experts for each sub-layer of `from`: they and their rows of the gates are trained, and nothing else",
    },
    mutual_information: lambda(
      "lambda of -(H(mean p) - mean H(p)) of each gate: the load is even, and each token is sure of its experts",
    ),
    concentration: lambda("lambda of H(mean p) of each gate: few experts carry the texts"),
    switch: lambda("lambda of the Switch Transformer's load balancing of each gate"),
  },
}

const study: JsonSchema = {
  type: "object",
  required: ["models", "test"],
  properties: {
    models: {
      ...oneOrMore({ type: "string", reference: "pretraining" }, "pretrainings whose language models are compared"),
    },
    test: {
      type: "string",
      reference: "stream",
      description: "they are read on the test texts of this stream, each task for itself too",
    },
    prune: {
      anyOf: [share, { type: "array", items: share, minItems: 1 }],
      default: [],
      description:
        "shares of all experts that are dropped, those first that the training texts of `test` choose least; the size then and the perplexity",
    },
    seeds,
  },
}

/** What a carried module is set against. */
export const AGAINST = ["scratch", "resampled", "permuted"] as const

const portability: JsonSchema = {
  type: "object",
  required: ["transfers", "on", "stream", "train"],
  properties: {
    transfers: oneOrMore(
      { type: "string", reference: "transfer" },
      "transfers whose modules are carried: each says of which adapter, from which backbone, and what is done with heads",
    ),
    on: oneOrMore({ type: "string", reference: "backbone" }, "backbones that modules are carried to"),
    stream: {
      type: "string",
      reference: "stream",
      description: "the tasks that carried modules are trained on and tested by, each apart",
    },
    sources: {
      ...oneOrMore(
        { type: "string", reference: "stream" },
        "streams whose modules are carried, task by task: as many tasks as `stream` has, or one for all; by default `stream` itself, the same data",
      ),
      default: [],
    },
    train: { type: "string", reference: "train", description: "how modules are trained" },
    steps: {
      anyOf: [
        { type: "integer", minimum: 0 },
        { type: "array", items: { type: "integer", minimum: 0 }, minItems: 1 },
      ],
      default: [0, 10, 100],
      description: "budgets of training steps after which modules are tested; 0: as they are carried",
    },
    against: {
      ...oneOrMore(
        { enum: [...AGAINST] },
        "what a carried module is set against: a fresh one, numbers drawn with its means and deviations, its numbers in another order",
      ),
      default: [...AGAINST],
    },
    seeds: {
      anyOf: [
        { type: "integer", minimum: 0 },
        { type: "array", items: { type: "integer", minimum: 0 }, minItems: 1 },
      ],
      default: [1],
      description: "a number, a range `1..3` or a list; everything is repeated for each",
    },
  },
}

/** The options of an experiment, where it is known what stands at the end of its stream. */
export const experimentOn = (head: (typeof HEADS)[number]): JsonSchema => {
  const { measure } = experiment.properties!
  const offered = measuresOf(head).all
  const anyOf = measure.anyOf!.map((one) =>
    one.items ? { ...one, items: { ...one.items, offered } } : { ...one, offered },
  )
  return { ...experiment, properties: { ...experiment.properties, measure: { ...measure, anyOf } } }
}

/** What people write in an experiment as if it were an option, and where it belongs. */
export const BELONGS: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ["adapters", "adapter", "library", "libraries", "grouping", "groupings", "transfer", "transfers"],
    ["routers", "router"],
    ["compositions", "composition"],
    ["bounds", "strategy", "strategies", "probe", "probes"],
  ].flatMap(([option, ...words]) =>
    words.map((word) => [word, `what is declared as such is listed under \`${option}\``] as const),
  ),
)

export const coreSchemas: Readonly<Record<CoreKind, JsonSchema>> = {
  stream,
  library,
  train,
  pretraining,
  study,
  experiment,
  portability,
}
