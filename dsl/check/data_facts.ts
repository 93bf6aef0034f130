/** What is known of data before a run: for the checks that need it. */

export interface TaskFacts {
  readonly name: string
  /** Training examples of each label. */
  readonly train: Readonly<Record<string, number>>
  /** Test examples. */
  readonly test: number
}

export type DataFacts = readonly TaskFacts[]

/** Why nothing is known of data that should have been read. */
export interface Unread {
  readonly problem: string
  readonly help?: string
}

export const isUnread = (known: DataFacts | Unread | undefined): known is Unread =>
  known !== undefined && "problem" in known
