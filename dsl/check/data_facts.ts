/** What is known of data before a run: for the checks that need it. */

export interface TaskFacts {
  readonly name: string
  /** Training examples of each label. */
  readonly train: Readonly<Record<string, number>>
  /** Test examples. */
  readonly test: number
}

export type DataFacts = readonly TaskFacts[]
