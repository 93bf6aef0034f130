/** A step is a pure function of its inputs, named by a content key. Serialisable, so that another process can run it. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

export type StepKind =
  | "dataset" // read a data source: texts and labels of all tasks and splits of a stream
  | "tokens" // token ids of every text for one backbone
  | "memory" // which training examples of a task are remembered (seed)
  | "module" // one task's adapter and head, trained in isolation
  | "shared" // a strategy: one shared module (or everything) trained over the stream
  | "features" // pooled states of the frozen backbone on a split
  | "fit" // a router at a stage: trained parameters, prepared constants or statistics; refitted heads
  | "encode" // pooled states (and gates) of examples under a routing
  | "head" // the joined heads refitted on a memory's states
  | "evaluate" // predictions of a row at a stage on the mixed test set
  | "scores" // predictions joined with tasks and labels: accuracy matrix and figures of a cell
  | "report"

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
