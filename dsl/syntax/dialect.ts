/** A version of the language: its number, and the grammar that reads it. */
import { type Derive, derive } from "./grammar.ts"

export interface Dialect {
  readonly version: number
  readonly derive: Derive
}

export const current: Dialect = { version: 1, derive }
