/** The shape of a study's results: language models read on test texts. */

/** Mean over seeds with a 95 % interval over draws of seeds and texts. */
export interface StudiedFigure {
  readonly value: number
  readonly interval: readonly [number, number]
}

/** A model with a share of its experts dropped: those that are chosen least, or as many by chance. */
export interface StudiedPruning {
  readonly share: number
  readonly by: "activation" | "chance"
  /** Of the first seed. */
  readonly parameters: number
  readonly experts: number
  /** The largest share of a gate's choices that a dropped expert had. */
  readonly threshold?: number
  readonly perplexity: StudiedFigure
}

/** Mutual information in nats, and what it is when tasks (or classes) are dealt out anew among the texts. */
export type Information = StudiedFigure & { readonly chance: number }

export interface StudiedGate {
  readonly name: string
  readonly experts: number
  /** As many experts as, evenly used, would have the entropy of the choices. */
  readonly load: StudiedFigure
  /** [task][expert]: shares of the choices. */
  readonly shares: readonly (readonly number[])[]
  readonly task: Information
  readonly label: Information
}

export interface StudiedModel {
  readonly model: string
  readonly seeds: number
  readonly parameters: number
  readonly experts: number
  readonly perplexity: StudiedFigure
  readonly byTask: readonly StudiedFigure[]
  /** Means over gates; absent where there are none. */
  readonly use?: { readonly load: StudiedFigure; readonly task: Information; readonly label: Information }
  readonly gates: readonly StudiedGate[]
  readonly pruned: readonly StudiedPruning[]
}

export interface Studied {
  readonly study: string
  readonly tasks: readonly string[]
  /** Test texts. */
  readonly texts: number
  readonly models: readonly StudiedModel[]
}
