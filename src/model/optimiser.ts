/** What the training loop asks of an optimiser: one update of all parameters at a time, and a state that can be kept. */

export interface ParameterGroup {
  readonly names: readonly string[]
  readonly learningRate: number
  readonly weightDecay: number
}

/** Arrays of a kind (AdamW's "m" and "v") by parameter. Kinds hold no "/". */
export type OptimiserState = Readonly<Record<string, ReadonlyMap<string, Float32Array>>>

export interface Optimiser {
  /** One update of every parameter in place. `factor` scales the learning rates (the schedule). */
  readonly step: (
    groups: readonly ParameterGroup[],
    values: ReadonlyMap<string, Float32Array>,
    gradientOf: (name: string) => Float32Array,
    factor: number,
  ) => void
  /** What the updates so far have left. */
  readonly state: OptimiserState
  /** Goes on after so many updates with the state that these left. */
  readonly resume: (updates: number, state: OptimiserState) => void
}
