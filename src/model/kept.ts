/**
 * Values of an example that are found from its prompt and stay as they were for what is generated after it: the gates of
 * a router that reads the whole text.
 */
import { input, type Layout, type Tensor } from "../tensor/index.ts"

/** A value [width] of each example under a name of its own; `make` gives the formula that finds it. */
export type Keep = (name: string, width: number, make: () => Tensor) => Tensor

/** Nothing is kept: every forward pass finds the value anew. */
export const anew: Keep = (_name, _width, make) => make()

/** Finds each value, and notes the formulas of those that differ between examples, by the names under which they are fed. */
export const noting =
  (found: Map<string, Tensor>): Keep =>
  (name, _width, make) => {
    const value = make()
    if (value.rows) found.set(keptName(name), value)
    return value
  }

/** Takes the values of these names from the feeds. */
export const fed =
  (names: readonly string[], layout: Layout): Keep =>
  (name, width, make) =>
    names.includes(keptName(name))
      ? input(keptName(name), ["examples", width], "float", { of: "examples", layout })
      : make()

const keptName = (name: string): string => `kept/${name}`
