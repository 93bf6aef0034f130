/** An imported network: steps in the order of computation, as plain data. */
import type { Dim, Site } from "../../../src/plugin/index.ts"

export type Setting = number | string | readonly Dim[]

export interface Step {
  /** A row of the table in nodes.ts. */
  readonly op: string
  /** The node of the file that it comes from, for messages. */
  readonly node: string
  /** Values of earlier steps, or "@" and the name of a weight. */
  readonly inputs: readonly string[]
  readonly output: string
  /** The shape of the result: "examples" and "length" are the axes of the batch. */
  readonly shape: readonly Dim[]
  readonly settings: Readonly<Record<string, Setting>>
  /** The attachment site that the step is. */
  readonly site?: string
}

/** What is announced when a value is there. */
export interface Mark {
  /** Stretches that end with it: the site, and the value that entered it. */
  readonly spans: readonly (readonly [site: string, from: string])[]
  /** The block that begins with it. */
  readonly block?: number
}

export interface Network {
  readonly steps: readonly Step[]
  readonly marks: Readonly<Record<string, Mark>>
  readonly output: string
}

export interface Places {
  readonly layers: number
  readonly sites: readonly Site[]
  readonly marks: Readonly<Record<string, Mark>>
  /** The site of each node, by its first output. */
  readonly at: ReadonlyMap<string, string>
}
