/** A step is a pure function of its inputs, named by a content key. Serialisable, so that another process can run it. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

export type StepKind =
  | "dataset" // texts and labels of one task
  | "tokens" // token ids of one task's texts for one backbone
  | "blind" // the test sets of a stream's tasks in one mixed order, without tasks and labels
  | "truth" // tasks and labels of that mixed order: read by scores (and by routers that declare that they know the task)
  | "memory" // which training examples of a task are remembered
  | "module" // one task's adapter and head, trained in isolation
  | "group" // which modules of the tasks so far belong together
  | "retrained" // the module of a group, trained on all its tasks; of one task it is that task's own
  | "port" // a module of another backbone carried over to this one by a transfer, or numbers that are drawn like it: where a module starts
  | "imported" // one task's module that was trained elsewhere, with its head or one that is fitted on the task
  | "shared" // a strategy at a stage: one shared module (or the whole network) with a joint head
  | "course" // a strategy along the texts of all tasks as one sequence, without boundaries: its models where the tasks ended
  | "moment" // one of these models
  | "fisher" // the diagonal of a module's Fisher information on its task's training texts
  | "compose" // the modules of the tasks seen so far as one, by a composition, with its error
  | "features" // pooled states of the frozen backbone
  | "fit" // a router or probe at a stage: trained parameters, prepared constants or statistics; jointly trained heads
  | "encode" // pooled states (and gates) of texts under one module, a routed library, or a shared model
  | "head" // the joined heads refitted on the states of a memory
  | "write" // answers to the test set: under one module, a routed library, a shared model, or of the module that a router picks
  | "generate" // samples of one task that a model has written, in the place of remembered examples
  | "evaluate" // a row at a stage on the mixed test set: logits, choices
  | "vocabulary" // the pieces of a language model, made of its texts
  | "pretrain" // a language model: its weights and what it is
  | "read" // what a language model says of test texts, whole and with experts pruned
  | "study" // the figures of language models over their seeds
  | "portability" // which test texts carried modules, and those that start elsewhere, get right after each budget of training steps
  | "scores" // predictions joined with tasks and labels: accuracy matrices, figures and comparisons of a cell

export interface Step {
  /** sha256 over canonical options, digests of the code that computes it, the numeric profile, and the keys of its inputs. */
  readonly key: string
  readonly kind: StepKind
  /** For people: "module living · low_rank · seed 1". */
  readonly label: string
  /** All that the step needs besides its inputs. */
  readonly options: Json
  /** Named inputs: keys of the steps they come from. */
  readonly inputs: Readonly<Record<string, string | readonly string[]>>
  readonly estimate: { readonly seconds: number; readonly bytes: number }
}

/** What a step leaves: arrays (kept as safetensors) and small JSON. */
export interface Artifact {
  readonly json: Json
  readonly arrays: Readonly<Record<string, StoredArray>>
}

export interface StoredArray {
  readonly shape: readonly number[]
  readonly data: Float32Array | Float64Array | Int32Array | Uint8Array
}
