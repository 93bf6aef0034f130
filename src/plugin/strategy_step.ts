/** What a training strategy's formulas see: of a training step, at the end of a stage, and of an adaptation at test time. */
import type { HostTensor, RandomStream, Tensor } from "../tensor/index.ts"
import type { Factors } from "./adapter.ts"
import type { TokenIds } from "./backbone.ts"
import type { Initial, Initials } from "./parameters.ts"
import type { Site } from "./site.ts"

/** The mean over some examples of a number that each example of the step has, such as its cross-entropy. */
export type Mean = (x: Tensor) => Tensor

/** Arrays of some kinds ("importance"), by parameter. */
export type Carried<Array> = Readonly<Record<string, Readonly<Record<string, Array>>>>

/** One training step: examples of the newest task and what is drawn from the memory, in one forward pass. */
export interface TrainStep {
  /** Of each example, with the smoothing of the `train` block; by default under the step's own logits. */
  readonly crossEntropy: (logits?: Tensor) => Tensor
  /** Over all examples, over those of the newest task, and over those of each draw: none while nothing is remembered. */
  readonly all: Mean
  readonly newest: Mean
  readonly replayed: readonly Mean[]
  /** Over the drawn examples of each earlier task, in the order of the stream; 0 where none of it is drawn. Not there where nobody is told. */
  readonly earlier: readonly Mean[]
  /** Over all examples of a batch that remembered ones join; 0 at other batches. */
  readonly rehearsed: Mean
  /** Over the texts that `variants` makes of these examples, one mean for each kind. They have no part in the other means. */
  readonly variants: readonly Mean[]
  /**
   * Of a strategy that replays what it has written itself: over the tokens of all examples of the step as samples, each a text, the
   * separator and its answer, given the trigger of its task. They have no part in the other means.
   */
  readonly samples: Mean
  /**
   * Scores of all classes, [classes]: of classes that are still to come too. Where texts are answered in words those of the next
   * token, [vocabulary], at each token of the answers.
   */
  readonly logits: Tensor
  /** What the head reads of each example: features of the network [width], or what `representation` makes of them. */
  readonly features: Tensor
  /** Of a strategy with a `representation`: its arrays, by name. */
  readonly p: Readonly<Record<string, Tensor>>
  /** The class of each example, int. */
  readonly labels: Tensor
  /** The place of the task of each example in the order of the stream, int; that of the newest is `stage`. Not there where nobody is told. */
  readonly task: Tensor
  readonly stage: number
  /** 1 for the classes of an example's own task, else 0: [classes]. Not there where nobody is told where a task ends. */
  readonly own: Tensor
  /**
   * Of a strategy that `records`: of the earlier model `logits` and `features`, as those of the step, and 1 for the classes that it
   * had seen. Absent while there is none; all are 0 for an example that has none, and features for all where those of remembered
   * examples are of several models (`records: "remembered"`).
   */
  readonly recorded?: { readonly logits: Tensor; readonly features: Tensor; readonly seen: Tensor }
  /** What is trained, by name; parameters of the head are "head/W" and "head/b". */
  readonly trained: Readonly<Record<string, Tensor>>
  /** Of a strategy that grows, where modules are low-rank: by site the factors of the newest and those of earlier tasks. */
  readonly factors?: readonly GrownFactors[]
  /**
   * Of a strategy that attends: the weight of each module, [modules] of each example. `recorded`, from the second task on where
   * texts are remembered: the mean of the weights that those of an example's task had when it ended, 0 for modules since; all are 0
   * for an example of the newest.
   */
  readonly attention?: { readonly weights: Tensor; readonly recorded?: Tensor }
  /** Of a strategy with a pool: the query [width] of each example, the pool's parameters by name, those that are frozen too, and the sites of which `parameters` made them. */
  readonly pool?: {
    readonly query: Tensor
    readonly p: Readonly<Record<string, Tensor>>
    readonly sites: readonly PoolSite[]
    readonly stage: number
  }
  /** What the stage before left, by kind and parameter. Without kinds at the first stage. */
  readonly carried: Carried<Tensor>
}

export interface GrownFactors {
  readonly newest: Factors
  readonly earlier: readonly Factors[]
}

/** A stage is over. */
export interface StageEnd {
  readonly stage: number
  /** What was trained, by name. */
  readonly trained: Readonly<Record<string, HostTensor>>
  /** Of a strategy that asks for it: the diagonal Fisher information, by parameter. */
  readonly fisher: Readonly<Record<string, HostTensor>>
  /** What the stage before left; without kinds at the first. */
  readonly carried: Carried<HostTensor>
}

/**
 * Local adaptation: before a text is answered, what is trained takes some steps of gradient descent from where training left it,
 * on the remembered examples whose frozen features are nearest to the text's.
 */
export interface Adaptation {
  readonly neighbours: number
  readonly steps: number
  readonly learningRate: number
  /** Of gradient descent; by default 0. */
  readonly momentum?: number
  readonly query: "frozen_mean" | "frozen_cls"
  readonly loss: (step: AdaptationStep) => Tensor
}

export interface AdaptationStep {
  /** Of each neighbour. */
  readonly crossEntropy: () => Tensor
  readonly neighbours: Mean
  /** What is adapted, by name, and where it started. */
  readonly trained: Readonly<Record<string, Tensor>>
  readonly start: Readonly<Record<string, Tensor>>
}

/** What the head reads in the place of the features of the network, at test time too: a formula with arrays of its own. */
export interface Representation<Options = any> {
  /**
   * First values by name, drawn at the first stage; they are trained as the head is. The loss may read arrays that `gives` does
   * not. `tasks`: how many the stream has.
   */
  readonly parameters: (sizes: { readonly width: number; readonly tasks: number }, options: Options) => Initials
  /** Of the features [width] of one example, a vector of any length. */
  readonly gives: (features: Tensor, p: Readonly<Record<string, Tensor>>, options: Options) => Tensor
}

/** Texts that are made of those of a stage, once for the stage: so many kinds of them. */
export interface Variants {
  readonly count: number
  /** One of each kind, in pieces that the network's own special tokens stand around and between, as between two sentences. */
  readonly of: (text: Varied) => readonly (readonly TokenIds[])[]
}

/** A text without special tokens, another text of the stage, and random numbers of its own. */
export interface Varied {
  readonly words: TokenIds
  readonly other: TokenIds
  readonly random: RandomStream
}

/** An attention over the modules of all tasks so far, by the embeddings of a text's tokens; it is trained with the newest module. */
export interface Attention<Options = any> {
  /**
   * All arrays that there are at a stage, by name; `width`: of an embedding. Those that the stage before did not have are drawn;
   * with `trained: false` they stay as they are.
   */
  readonly parameters: (sizes: { readonly width: number; readonly stage: number }, options: Options) => Initials
  /** A weight for each module in the order of the tasks, [stage + 1], of the embeddings [length, width] of one example. */
  readonly weights: (
    at: { readonly embeddings: Tensor; readonly p: Readonly<Record<string, Tensor>>; readonly stage: number },
    options: Options,
  ) => Tensor
}

/** Where the experiment's adapter attaches, with the initial values of its parameters there. */
export interface PoolSite {
  readonly site: Site
  readonly initials: Initials
}

/** Prompts that are chosen for each example by what the frozen network makes of it (L2P, DualPrompt, CODA-Prompt). */
export interface Pool<Options = any> {
  readonly query: (options: Options) => "frozen_mean" | "frozen_cls"
  /**
   * All that there are at a stage, by name: "<site>/<name>" where their first values are those of the site's own parameters. Those
   * that the stage before did not have are drawn; with `trained: false` they stay as they are.
   */
  readonly parameters: (
    sizes: { readonly width: number; readonly stage: number; readonly sites: readonly PoolSite[] },
    options: Options,
  ) => Initials
  /** The adapter's parameters at a site for one example, of the query [width] and the pool's own parameters; nothing where it adds nothing. */
  readonly gives: (
    at: {
      readonly site: Site
      readonly initials: Readonly<Record<string, Initial>>
      readonly query: Tensor
      readonly p: Readonly<Record<string, Tensor>>
      readonly stage: number
      readonly training: boolean
    },
    options: Options,
  ) => Readonly<Record<string, Tensor>> | undefined
}
