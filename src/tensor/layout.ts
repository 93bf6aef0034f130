/** The layout of a packed batch, and the rows that it gives. */
import { input } from "./leaves.ts"
import type { Layout, Rows } from "./tensor.ts"

/** `of`: a second text of each example, whose tokens have dimensions and feeds of their own ("answer/segment"). */
export const packedLayout = (of?: string): Layout => {
  const feed = (name: string) => (of === undefined ? name : `${of}/${name}`)
  const [tokens, length] = of === undefined ? ["tokens", "length"] : [`${of}_tokens`, `${of}_length`]
  return {
    segment: input(feed("segment"), [tokens], "int"),
    pad: input(feed("pad"), ["examples", length], "int"),
    unpad: input(feed("unpad"), [tokens], "int"),
    mask: input(feed("mask"), ["examples", length]),
    mean: input(feed("mean"), ["examples", tokens]),
    first: input(feed("first"), ["examples"], "int"),
    last: input(feed("last"), ["examples"], "int"),
  }
}

/**
 * Texts that begin with a prompt: what pools tokens reads those of the prompt alone, as when there is nothing after it yet.
 * Its feeds have names of their own beside those of the whole text.
 */
export const promptedLayout = (): Layout => {
  const { mean: member, ...layout } = packedLayout()
  return {
    ...layout,
    member,
    mean: input("prompt/mean", ["examples", "tokens"]),
    last: input("prompt/last", ["examples"], "int"),
  }
}

export const tokenRows = (layout: Layout): Rows => ({ of: "tokens", layout })
export const exampleRows = (layout: Layout): Rows => ({ of: "examples", layout })
