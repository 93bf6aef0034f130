/** What one side of a row does, and how it is called. */
import type { Exported } from "./jax.ts"

export interface Job {
  /** Folder of a BERT-shaped checkpoint. */
  readonly model: string
  readonly what: "step" | "evaluation" | "routed" | "plain" | "jax" | "causal" | "generation" | "peak"
  readonly pooling: "mean" | "cls"
  readonly adapter: string
  readonly options: Readonly<Record<string, unknown>>
  readonly batch: number
  readonly classes: number
  readonly texts: readonly (readonly number[])[]
  /** Modules of the library that is routed. */
  readonly modules?: number
  readonly threads: number
  /** How the frozen backbone is held, in float32 by default. */
  readonly weights?: "int8"
  readonly exported?: Exported
}

/** Runs a number of training steps, or that many passes over all texts. */
export type Run = (times: number) => Promise<void>

export interface Prepared {
  readonly run: Run
  /** Operations of the matrix products of one step or pass; 0 where they are not counted. */
  readonly flops: number
}
