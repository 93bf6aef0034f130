/** Completions, and the pieces that they are made of. */

export interface Completion {
  readonly label: string
  readonly kind: "keyword" | "declaration" | "plugin" | "option" | "word" | "task" | "place" | "name"
  /** A few words beside the label. */
  readonly detail?: string
  /** Markdown. */
  readonly documentation?: string
  /** What replaces the text between `start` and `end`; with `$1`, `${2:text}` and `$0` where the cursor goes. */
  readonly insert: string
  readonly start: number
  readonly end: number
  /** There is more to choose once this stands there. */
  readonly again?: boolean
}

/** A completion that has no place yet; without `insert` its label is inserted. */
export type Proposal = Omit<Completion, "start" | "end" | "insert"> & { readonly insert?: string }

/** Text as a snippet that stands for itself. */
export const plain = (text: string): string => text.replace(/[\\$}]/g, "\\$&")

/** A place in a snippet where the cursor goes, with what stands there to begin with. */
export const stop = (number: number, text: string): string => `\${${number}:${text}}`
