/** Training strategies over the stream: one shared module (or the whole network) for all tasks. */
import type { HostTensor, Tensor } from "../tensor/index.ts"
import type { FisherOptions } from "./composition.ts"
import type { Definition, NeedsClasses } from "./definition.ts"
import type {
  Adaptation,
  Attention,
  Carried,
  Pool,
  Representation,
  StageEnd,
  TrainStep,
  Variants,
} from "./strategy_step.ts"

export interface Strategy<Options = any> extends Definition<"strategy", Options> {
  /** What is trained: one shared module of the experiment's adapter, or every weight of the backbone. */
  readonly trains: "adapter" | "everything"
  /** One task after the other from where the last ended, or the union of the tasks seen so far from the start. */
  readonly visits: "one_by_one" | "all_at_once"
  /** Remembered examples of earlier tasks are seen again. Declarations of it have the options `memory` and `replayed`. */
  readonly replays?: (options: Options) => Replay
  /** What a step minimises: one number. By default the mean cross-entropy over all examples of the step. */
  readonly loss?: (step: TrainStep, options: Options) => Tensor
  /**
   * The loss reads what an earlier model made of texts: `newest`, for examples of the newest task what the model made of them before
   * it was trained on it; `remembered`, for remembered ones the logits that the model had when their task ended; `before`, for both
   * what the model made of them before the newest task. For samples that it has written itself it is the model that wrote them.
   */
  readonly records?: "newest" | "remembered" | "before"
  /**
   * What is followed in the place of the gradients of the loss, by parameter, as a formula of these and of those of the mean
   * cross-entropy of the remembered examples, whatever `loss` says, in which these then have no part. Asked while something is
   * remembered.
   */
  readonly gradients?: (own: readonly Tensor[], reference: readonly Tensor[], options: Options) => readonly Tensor[]
  /** After a stage the diagonal Fisher information of what is trained is found on training texts of its task. */
  readonly fisher?: (options: Options) => FisherOptions
  /** What a stage leaves to the next besides its parameters: arrays of some kinds, by parameter. `loss` finds them as `carried`. */
  readonly carries?: (end: StageEnd, options: Options) => Carried<HostTensor>
  /** What is not trained at a stage; by default nothing. It keeps its bytes. */
  readonly freezes?: (stage: number, options: Options) => Frozen
  /** How scores of classes are made of features; by default linearly. */
  readonly head?: (options: Options) => "linear" | { readonly cosine: number }
  /** Arrays of its own between the features of the network and the head, which reads what a formula makes of both. */
  readonly representation?: Representation<Options>
  /** Other texts that are made of each text of a step, and are read beside it; nothing where these options need none. */
  readonly variants?: (options: Options) => Variants | undefined
  /** At test time the model is adapted to each text alone, on remembered examples that are near it. */
  readonly adapts?: (options: Options) => Adaptation
  /**
   * Each task gets a module of its own, and those of earlier tasks are frozen and at work: what they add is summed, or the tokens of
   * the newest stand before theirs.
   */
  readonly grows?: (options: Options) => Growth
  /** How much of what each module gives an example gets, where each task has one and these add up (`grows: () => "sum"`); by default all of it. */
  readonly attends?: Attention<Options>
  /** Classes of other tasks have no part in the cross-entropy of an example: they are as good as impossible. */
  readonly masks?: (options: Options) => boolean
  /** At test time a text is read by the model as it was after the text's own task: the row is told the task. */
  readonly knowsTask?: (options: Options) => boolean
  /** What modules must be for it; by default what `grows` and `pool` need, and else any will do. */
  readonly needs?: (options: Options) => ModulesNeeded
  /** Parameters of its own, of which it makes what stands for those of the experiment's adapter, for each example. */
  readonly pool?: Pool<Options>
  /**
   * Why it must be told where a task ends, beyond what other members say: whatever grows, carries, freezes, masks, makes texts of
   * others or is told the task must be, as must pools whose parameters go by stage and what refers to the model before a task.
   * Nothing where it need not.
   */
  readonly boundaries?: (options: Options) => string | undefined
  /** How many blocks the backbone must have; nothing where any number will do. */
  readonly blocks?: (options: Options) => NeedsBlocks | undefined
  /** Where texts are answered in words there are no logits of classes: why that won't do; nothing where it does. */
  readonly classes?: (options: Options) => NeedsClasses | undefined
}

/** The least number of blocks that a strategy can be carried out on, why so many, and what to do where there are fewer. */
export interface NeedsBlocks {
  readonly least: number
  readonly why: string
  readonly help: string
  /** The option that says so, where one does. */
  readonly option?: string
}

/** Draws from the memory at a step, each independent of the others and without repetition. */
export interface Replay {
  readonly draws: number
  /** Steps from one draw to the next; by default 1. */
  readonly every?: number
  /**
   * What a memory holds (default); or samples that the model itself has written of earlier tasks before the stage. It learns to
   * write them, `samples` in a step, in the form that a memory says which generates.
   */
  readonly from?: "memory" | "itself"
}

/** How what earlier modules give joins that of the newest: added to it, or after it among the tokens that stand before a text's. */
export type Growth = "sum" | "concatenate"

/**
 * - `factors`: low-rank updates
 * - `outputs`: they change what leaves a layer, also by keys and values that join an attention
 * - `tokens`: tokens, keys and values that join those of a text
 * - `own_tokens`: such that they are parameters themselves, not made by a network
 * - `own_keys`: keys and values alone, likewise
 */
export type ModulesNeeded = "factors" | "outputs" | "tokens" | "own_tokens" | "own_keys"

export interface Frozen {
  /** All but the head, after so many epochs: 0 from the start. */
  readonly bodyAfter?: number
  /** The columns of the head whose classes belong to earlier tasks alone. */
  readonly earlierClasses?: boolean
}
