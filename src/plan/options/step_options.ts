/** The options of steps, a type for each kind: what the plan writes into a step, and what the performer reads. */
import type { Answers, PretrainingSize, Train } from "../../../dsl/spec.ts"
import type { ExpertLosses, Role, Routing } from "../../plugin/index.ts"
import type { Chosen } from "../chosen.ts"
import type { Ahead } from "../looking_ahead.ts"
import type { Json, StepKind } from "../step.ts"
import type { ChosenBackbone } from "../stream.ts"
import type { ModuleFolder, Start } from "../trained_elsewhere.ts"

/** What is remembered of one task, or of all tasks so far. */
export type MemoryOptions = { readonly memory: Chosen; readonly seed: number } & (
  | { readonly task: string }
  | { readonly tasks: readonly string[] }
)

/** One task's module. */
export interface ModuleOptions {
  readonly backbone: ChosenBackbone
  readonly adapter: Chosen
  readonly train: Omit<Train, "name" | "span">
  readonly task: string
  readonly seed: number
  /** It is trained to write answers; absent: to choose a class. */
  readonly head?: "text"
  /** It starts where the step's input `start` stands, a carried module, and not from draws. */
  readonly start?: Start
}

/** A module carried to this backbone from `source`; or, of the carried one, numbers drawn like its own or its own in another order. */
export type PortOptions = {
  readonly backbone: ChosenBackbone
  readonly adapter: Chosen
} & (
  | { readonly how: "ported"; readonly source: ChosenBackbone; readonly transfer: Chosen }
  | { readonly how: "resampled" | "permuted"; readonly task: string; readonly seed: number }
)

/** One task's module that was trained elsewhere; `train` says how a head is fitted where it has none for the task. */
export interface ImportedOptions extends ModuleOptions {
  readonly folder: ModuleFolder
}

/** What became of modules on test texts: the entries go with the inputs `encoded` and `modules`. */
export interface PortabilityOptions {
  readonly entries: readonly {
    readonly start: "ported" | "scratch" | "resampled" | "permuted"
    readonly steps: number
    /** Place of its truth among the inputs. */
    readonly task: number
    readonly seed: number
  }[]
}

/** Which modules belong together, by a grouping. */
export interface GroupOptions {
  readonly backbone: ChosenBackbone
  readonly grouping: Chosen
  readonly tasks: readonly string[]
  readonly seed: number
}

/** The module of one group, of tasks that the grouping names. */
export interface RetrainedOptions extends Omit<ModuleOptions, "task"> {
  readonly group: number
  readonly tasks: readonly string[]
  /** Tasks share their labels: texts of one label are of one class to the module that serves their tasks. */
  readonly scenario?: "domain_incremental"
}

/** What a strategy along a sequence without boundaries is given besides what one at a stage is. */
export interface SequenceOptions {
  /** Names: the order in which their texts arrive goes by them. */
  readonly tasks: readonly string[]
  readonly blur: number
  /** Kept along the sequence, where something is replayed. */
  readonly memory?: Chosen
}

/** The model of such a strategy where a task ended. */
export interface MomentOptions {
  readonly stage: number
}

/** How a router or refitted heads are fitted by gradient. */
export interface Fitting {
  readonly epochs: number
  readonly batch: number
  readonly learning_rate: number
  readonly head_learning_rate: number
}

interface OfRouter {
  readonly backbone: ChosenBackbone
  readonly router: Chosen
  /** Of the plugin: its random streams bear it. */
  readonly name: string
}

/** Constants alone; they are the same for both head policies. */
export interface FitConstants extends OfRouter {
  readonly head: "kept"
  readonly fitting?: undefined
}

/** Constants, and parameters that are trained. */
export interface FitTrained extends OfRouter {
  /** `none`: on answers, which have no heads. */
  readonly head: "kept" | "refit" | "none"
  readonly fitting: Fitting
  readonly seed: number
}

/** The gate of one module alone, on its task's training examples. */
export interface FitAlone extends OfRouter {
  readonly alone: true
  readonly fitting: Fitting
  readonly seed: number
}

export interface FitProbe {
  readonly probe: Chosen
}

/** The diagonal of a module's Fisher information. */
export interface FisherStep {
  readonly backbone: ChosenBackbone
  readonly examples: number
  readonly labels: "expected" | "given"
  readonly task: string
  readonly seed: number
}

/** The modules of the tasks seen so far, as one. */
export interface ComposeOptions {
  readonly backbone: ChosenBackbone
  readonly composition: Chosen
  readonly tasks: readonly string[]
  readonly seed: number
  /** Texts are answered in words: there are no logits of classes. */
  readonly answers?: true
}

/** Texts under the module that a composition made. */
export interface EncodeComposed extends Ahead {
  readonly what: "composed"
  readonly backbone: ChosenBackbone
  readonly stage: number
  readonly on: "memory" | "test"
  readonly seed: number
}

/** Texts under a library that a router composes. */
export interface EncodeRouted extends Ahead {
  readonly what: "routed"
  readonly backbone: ChosenBackbone
  readonly router: Chosen
  readonly stage: number
  readonly on: "memory" | "test"
  readonly seed: number
  readonly keepGates?: boolean
}

/** Texts under one module, or under a strategy's shared model: those of a stage, or all. */
export type EncodeSingle = Ahead & { readonly backbone: ChosenBackbone; readonly seed: number } & (
    | { readonly what: "module" }
    | { readonly what: "shared"; readonly stage?: number }
  )

/** Answers to the mixed test set, as a module, a shared model or a composed library writes them, or those of the modules that a router picks, or of the models that the tasks of the texts have left. */
export type WriteOptions = Ahead & { readonly seed: number } & (
    | { readonly what: "module"; readonly backbone: ChosenBackbone; readonly answers: Answers }
    | { readonly what: "shared"; readonly backbone: ChosenBackbone; readonly answers: Answers; readonly stage?: number }
    | { readonly what: "of_task"; readonly stage: number }
    | {
        readonly what: "composed"
        readonly backbone: ChosenBackbone
        readonly answers: Answers
        readonly stage: number
      }
    | {
        readonly what: "routed"
        readonly backbone: ChosenBackbone
        readonly answers: Answers
        readonly stage: number
        readonly router: Chosen
      }
    | { readonly what: "picked"; readonly stage: number; readonly router: Chosen }
  )

/** How samples of a task are written: the trigger is read, and a text, the separator and its answer are written. */
export interface SampleForm {
  readonly trigger: string
  readonly separator: string
  readonly max_tokens: number
}

/** Samples of a task, as a module that has learnt to write them writes them, or a strategy's shared model. */
export interface GenerateOptions {
  readonly what: "module" | "shared"
  readonly backbone: ChosenBackbone
  readonly form: SampleForm
  readonly samples: number
  readonly top_k: number
  readonly temperature: number
  /** Of the stream. */
  readonly answers: Pick<Answers, "max_tokens">
  readonly task: string
  readonly seed: number
}

export interface HeadOptions {
  readonly fitting: Fitting
  readonly seed: number
  readonly name: string
}

export type EvaluateRouted = Ahead & { readonly stage: number; readonly seed: number } & (
    | { readonly how: "composes" }
    | { readonly how: "selects"; readonly router: Chosen }
  )

/** What enters the units of a routing, at the sites of some roles, pooled over tokens. */
export interface UnitFeatures {
  readonly query: "block" | "site"
  readonly level: Routing["level"]
  readonly pooled: "mean" | "cls" | "last"
  readonly roles: readonly Role[]
  /** The task's place in the memory, where one is read. */
  readonly place: number
}

export interface FeaturesOptions {
  readonly backbone: ChosenBackbone
  readonly split: "train" | "test"
  readonly units?: UnitFeatures
}

/** A language model that is trained. */
export interface PretrainOptions {
  readonly family: Chosen
  /** Where it begins from nothing. */
  readonly size?: PretrainingSize
  readonly insert: number
  readonly losses: ExpertLosses
  readonly train: Omit<Train, "name" | "span">
  /** Of the declaration, for errors. */
  readonly name: string
  readonly seed: number
}

export interface ReadOptions {
  readonly family: Chosen
  /** Shares of the experts that are dropped. */
  readonly prune: readonly number[]
  readonly seed: number
}

export interface StudyOptions {
  readonly study: string
  readonly tasks: readonly string[]
  readonly models: readonly { readonly model: string; readonly seeds: readonly number[] }[]
}

export interface StepOptions {
  readonly pretrain: PretrainOptions
  readonly read: ReadOptions
  readonly study: StudyOptions
  readonly memory: MemoryOptions
  readonly features: FeaturesOptions
  readonly module: ModuleOptions
  readonly imported: ImportedOptions
  readonly group: GroupOptions
  readonly port: PortOptions
  readonly portability: PortabilityOptions
  readonly retrained: RetrainedOptions
  readonly moment: MomentOptions
  readonly fit: FitConstants | FitTrained | FitAlone | FitProbe
  readonly encode: EncodeRouted | EncodeSingle | EncodeComposed
  readonly fisher: FisherStep
  readonly compose: ComposeOptions
  readonly head: HeadOptions
  readonly evaluate: EvaluateRouted
  readonly write: WriteOptions
  readonly generate: GenerateOptions
}

/** Kind and options of a step, which fit each other. */
export const optionsFor = <K extends StepKind & keyof StepOptions>(
  kind: K,
  options: StepOptions[K],
): { readonly kind: K; readonly options: Json } => ({ kind, options: options as unknown as Json })
