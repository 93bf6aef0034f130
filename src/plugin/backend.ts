/** A backend runs programs of symbolic tensors. This page is its whole contract. */
import type { HostTensor, Program } from "../tensor/index.ts"
import type { Definition } from "./definition.ts"

/** What a number depends on besides its formula; part of every step's key. Same profile and same processor features give the same bytes. */
export interface NumericProfile {
  readonly backend: string
  readonly version: string
  readonly provider: string
  readonly precision: "float32" | "float64"
  /** Threads inside one session. */
  readonly threads: number
  /** How the backbone's frozen matrices are held, where not as the precision says. */
  readonly weights?: "int8"
}

/** A run needs more memory than there is: what it asked for. Nothing of the session is lost; a smaller run may do. */
export class OutOfMemory extends Error {
  override readonly name = "OutOfMemory"
  readonly help = "give smaller batches or shorter texts (max_tokens), or run fewer steps at a time (--workers 1)"
}

/** A compiled program. `run` feeds inputs, parameters and noise by name and returns every output by name; it rejects with OutOfMemory where there is too little. */
export interface Session {
  readonly run: (feeds: Readonly<Record<string, HostTensor>>) => Promise<Readonly<Record<string, HostTensor>>>
  readonly release: () => Promise<void>
}

/** What is known beforehand of a program's runs. */
export interface Usage {
  /** Their inputs have few shapes, as batches of equally long texts do: a backend may plan its memory for each of them. */
  readonly fewShapes?: boolean
}

/** An open backend, inside one worker thread. */
export interface Engine {
  readonly compile: (program: Program, usage?: Usage) => Promise<Session>
}

export interface Backend<Options = any> extends Definition<"backend", Options> {
  readonly profile: (options: Options) => NumericProfile
  /** Heavy imports happen here, not at load time. Rejects with a located, helpful error where the machine lacks what it needs. */
  readonly open: (options: Options) => Promise<Engine>
}
