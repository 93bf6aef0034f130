/** The checked spec: what the language hands to the plan. Plain data, every reference resolved to a declared name, every span kept for later errors. */

/** A place in a source file: UTF-16 offsets, end exclusive. */
export interface Span {
  readonly file: string
  readonly start: number
  readonly end: number
}

/** Option values after checking: words and texts are strings, percentages and units are numbers. Defaults are NOT filled in here (the plan decodes with the plugin's schema). */
export type Value = number | string | boolean | readonly Value[] | { readonly [key: string]: Value }

/** A plugin that a spec names: one that ships, or one of a `use` line. */
export interface PluginName {
  readonly name: string
  /** The alias of the `use` line that brings it, if any. */
  readonly from?: string
}

export interface Use {
  readonly alias: string
  /** A path relative to the spec ("./x.ts") or a package name. */
  readonly source: string
  readonly span: Span
}

/** `router merged = learnt { aggregate: parameters }` comes out with learnt's plugin and both option records merged. */
export interface Declaration {
  readonly name: string
  readonly plugin: PluginName
  /** The text after the plugin's name, e.g. the path of `bert "..."`. */
  readonly location?: string
  readonly options: Readonly<Record<string, Value>>
  readonly span: Span
  /** Where each option was written, for errors that only the plan can find. */
  readonly optionSpans: Readonly<Record<string, Span>>
  /** The name as it is written, where a sweep made this variant of it: `name` is `low_rank[rank=4]`, this `low_rank`. */
  readonly variantOf?: string
  /** The folder of the file that says `location`, seen from the spec's; absent where it is the spec's own. */
  readonly folder?: string
}

export interface Stream {
  readonly name: string
  /** In the written order: `intents[t1, t2]` gives two entries; `data` names a data declaration. Absent tasks (`tasks: intents`) mean all tasks of the data, in its order. */
  readonly tasks: readonly { readonly data: string; readonly task?: string; readonly span: Span }[]
  readonly scenario: "class_incremental" | "task_incremental" | "domain_incremental"
  /** The training texts are one sequence, in which nobody is told where a task ends; absent: task by task. */
  readonly sequence?: Sequence
  /** How answers are written, defaults filled in; absent where classes are chosen. */
  readonly answers?: Answers
  /** Each is run for itself; at least one. */
  readonly orders: readonly Order[]
  readonly variantOf?: string
  readonly span: Span
}

/** The texts of all tasks as one sequence, under `boundaries: unknown`. */
export interface Sequence {
  /** Over this share of a task one task goes over into the next; 0: from one text to the next. */
  readonly blur: number
}

/** How the texts of a stream are answered under `head: text`. */
export interface Answers {
  /** Of an answer, its end included. */
  readonly max_tokens: number
  /** 1: the likeliest token, again and again. */
  readonly beams: number
}

/** An order in which the tasks of a stream come. */
export interface Order {
  /** `written`, `reversed`, `shuffled[1]`, `listed[1]`. */
  readonly name: string
  readonly kind: "written" | "reversed" | "shuffled" | "listed"
  /** Which of the shuffled orders, from 1. */
  readonly number?: number
  /** Every task of the stream, where the order is a list. */
  readonly tasks?: readonly string[]
  readonly span: Span
}

/** A folder with a module that was trained elsewhere. */
export interface ModulePlace {
  readonly location: string
  /** As of a declaration: the folder of the file that says it, where that is not the spec's. */
  readonly folder?: string
  readonly span: Span
}

/** A mixed library: which adapter each task gets, or where its trained module lies. */
export interface Library {
  readonly name: string
  readonly adapterOf: Readonly<Record<string, string>>
  /** Absent where all modules are trained here. */
  readonly moduleAt?: Readonly<Record<string, ModulePlace>>
  readonly variantOf?: string
  readonly span: Span
}

/** `train fast { ... }` with defaults filled in (the core's own schema). */
export interface Train {
  readonly name: string
  readonly epochs: number
  readonly batch: number
  readonly accumulate: number
  readonly learning_rate: number
  readonly head_learning_rate: number
  readonly optimiser: "adamw" | "adafactor"
  readonly weight_decay: number
  readonly decayed: "all" | "matrices"
  readonly clip: number | "none"
  readonly label_smoothing: number
  readonly schedule: "linear" | "cosine" | "constant"
  readonly warm_up: number
  readonly initialisation: "own" | "shared"
  readonly early_stop: "none" | "validation"
  readonly earlier: "absent" | "summed" | "averaged" | "weighted"
  readonly variantOf?: string
  readonly span: Span
}

/** A language model that is trained from nothing, or another one that is trained further, on the training texts of a stream. */
export interface Pretraining {
  readonly name: string
  /** The family of networks and the sizes, defaults filled in, where it begins from nothing. */
  readonly family?: PluginName
  readonly size?: PretrainingSize
  /** Else the pretraining that it goes on from. */
  readonly from?: string
  /** A stream. */
  readonly texts: string
  readonly train: string
  /** Fresh experts of each sub-layer, which are trained alone; 0: everything is trained. */
  readonly insert: number
  /** Weights of the losses of gates. */
  readonly mutual_information: number
  readonly concentration: number
  readonly switch: number
  readonly variantOf?: string
  readonly span: Span
}

export interface PretrainingSize {
  readonly layers: number
  readonly width: number
  readonly heads: number
  readonly intermediate: number
  readonly experts: number
  readonly experts_of_token: number
  readonly vocabulary: number
  readonly max_tokens: number
}

/** What language models are compared in: perplexity, use of their experts, and what is left when some are pruned. */
export interface Study {
  readonly name: string
  /** Names of pretrainings. */
  readonly models: readonly string[]
  /** A stream. */
  readonly test: string
  /** Shares of the experts that are dropped, rising. */
  readonly prune: readonly number[]
  readonly seeds: readonly number[]
  readonly variantOf?: string
  readonly span: Span
}

export interface Compare {
  readonly left: string
  readonly against: readonly string[]
  readonly on: string
  readonly span: Span
}

export interface Experiment {
  readonly name: string
  readonly on: string
  readonly stream: string
  /** Names of adapters, libraries, groupings and transfers: an axis. */
  readonly adapters: readonly string[]
  readonly train: string
  readonly routers: readonly string[]
  readonly compositions: readonly string[]
  /** Plugins of kind router, strategy or probe, by name, with default options (or declared routers/strategies/probes). */
  readonly bounds: readonly string[]
  readonly seeds: readonly number[]
  readonly measure: readonly string[]
  readonly compare: readonly Compare[]
  /** Variants of one experiment share the correction of their comparisons. */
  readonly variantOf?: string
  readonly span: Span
}

/** Modules carried between backbones, set against others that start elsewhere, at budgets of training steps. */
export interface Portability {
  readonly name: string
  /** Names of transfers, backbones and streams: axes. */
  readonly transfers: readonly string[]
  readonly on: readonly string[]
  readonly sources: readonly string[]
  readonly stream: string
  readonly train: string
  readonly steps: readonly number[]
  readonly against: readonly ("scratch" | "resampled" | "permuted")[]
  readonly seeds: readonly number[]
  /** Variants of one declaration share the correction of their comparisons. */
  readonly variantOf?: string
  readonly span: Span
}

export interface Spec {
  readonly language: 1
  readonly file: string
  readonly uses: readonly Use[]
  readonly backbones: Readonly<Record<string, Declaration>>
  readonly data: Readonly<Record<string, Declaration>>
  readonly streams: Readonly<Record<string, Stream>>
  readonly memories: Readonly<Record<string, Declaration>>
  readonly adapters: Readonly<Record<string, Declaration>>
  readonly libraries: Readonly<Record<string, Library>>
  /** `of` names the adapter whose modules are grouped. */
  readonly groupings: Readonly<Record<string, Declaration>>
  /** `of` names the adapter, `from` the backbone that its modules are trained on, `train` how, where it is not as in the experiment. */
  readonly transfers: Readonly<Record<string, Declaration>>
  readonly trains: Readonly<Record<string, Train>>
  readonly routers: Readonly<Record<string, Declaration>>
  readonly compositions: Readonly<Record<string, Declaration>>
  readonly strategies: Readonly<Record<string, Declaration>>
  readonly probes: Readonly<Record<string, Declaration>>
  readonly backends: Readonly<Record<string, Declaration>>
  readonly pretrainings: Readonly<Record<string, Pretraining>>
  readonly studies: Readonly<Record<string, Study>>
  readonly experiments: Readonly<Record<string, Experiment>>
  readonly portabilities: Readonly<Record<string, Portability>>
}
