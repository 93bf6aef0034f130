/** Memories: which past training examples, or samples in their place, may be seen again by a router, refitted heads, statistics or a strategy. */
import type { RandomStream } from "../tensor/index.ts"
import type { Definition, NeedsClasses } from "./definition.ts"

/** Pooled features of the frozen backbone, one row an example. */
export interface FeatureRows {
  /** [examples, width] */
  readonly data: Float32Array
  readonly width: number
}

/** The training examples of one task. */
export interface TaskExamples {
  readonly task: string
  /** Class of each within the task; where texts are answered in words, all are of one class. */
  readonly labels: Int32Array
  /** Of memories that say what they read. */
  readonly features?: FeatureRows
}

/**
 * The training examples of the tasks so far as they arrive: task by task in the order of the stream, those of a task in an
 * order that is drawn from (seed, task) alone.
 */
export interface Arrivals {
  /** Place in the order of the task of each. */
  readonly task: Int32Array
  /** Class of each. A class is (task, label); they are counted as the tasks bring them, so one is known once its task has come. */
  readonly class: Int32Array
  readonly features?: FeatureRows
}

/** Has one of `draw`, `keep` and `generates`. */
export interface Memory<Options = any> extends Definition<"memory", Options> {
  /** Of each task apart: indices into its examples. They are the same at every stage and in every order of the tasks. */
  readonly draw?: (given: TaskExamples, options: Options, random: RandomStream) => Int32Array
  /**
   * Along the stream: of all examples so far, the places in `arrivals` of those that are kept. It depends on the order of the
   * tasks. Of each stage it is asked anew, with the same stream of random numbers: what it says of a longer stream must be what
   * it would have come to from the shorter one.
   */
  readonly keep?: (arrivals: Arrivals, options: Options, random: RandomStream) => Int32Array
  /** No training example is kept: a model that has learnt to write the texts of a task, with their answers, writes samples of it. */
  readonly generates?: (options: Options) => Generating
  /** What it must see besides classes; what is fitted on the memory pays for it. */
  readonly reads?: "frozen_mean" | "frozen_cls"
  /** Where texts are answered in words, all examples of a task have one class: why that won't do; nothing where it does. */
  readonly classes?: (options: Options) => NeedsClasses | undefined
}

/** How samples of a task are written: a model reads the trigger, and writes a text, the separator and the answer to the text. */
export interface Generating {
  readonly perTask: number
  readonly trigger: (task: string) => string
  readonly separator: string
  /** Most tokens of a sample; while it is learnt its text is cut, so that separator and answer have room. */
  readonly maxTokens: number
  /** A token is drawn among so many of the likeliest, with probabilities that go with p^(1 / temperature). */
  readonly topK: number
  readonly temperature: number
}
