/** The layout of a packed batch, and the rows that it gives. */
import { input } from "./leaves.ts"
import type { Layout, Rows } from "./tensor.ts"

export const packedLayout = (): Layout => ({
  segment: input("segment", ["tokens"], "int"),
  pad: input("pad", ["examples", "length"], "int"),
  unpad: input("unpad", ["tokens"], "int"),
  mask: input("mask", ["examples", "length"]),
  mean: input("mean", ["examples", "tokens"]),
  first: input("first", ["examples"], "int"),
  last: input("last", ["examples"], "int"),
})

export const tokenRows = (layout: Layout): Rows => ({ of: "tokens", layout })
export const exampleRows = (layout: Layout): Rows => ({ of: "examples", layout })
