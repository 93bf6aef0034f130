/** A program: the formulas of some outputs, in the order in which they can be computed. */
import { canonical, postorder } from "./canonical.ts"
import { ShapeError } from "./errors.ts"
import type { Tensor } from "./tensor.ts"

export interface Program {
  /** Fed at every run. */
  readonly inputs: readonly Tensor[]
  /** Fed at every run; trainable. */
  readonly parameters: readonly Tensor[]
  /** Fed at every run with uniform numbers, each from the random stream of its name. */
  readonly noise: readonly Tensor[]
  /** Part of the compiled program. */
  readonly weights: readonly Tensor[]
  readonly outputs: Readonly<Record<string, Tensor>>
  /** Every node that an output needs, leaves included, each after what it reads. */
  readonly nodes: readonly Tensor[]
}

/** The name under which a leaf is fed. */
export const nameOf = (leaf: Tensor): string => leaf.attributes.name as string

/** What the outputs need, in topological order; equal formulas are computed once. */
export const program = (outputs: Readonly<Record<string, Tensor>>): Program => {
  const names = Object.keys(outputs)
  const roots = canonical(names.map((name) => outputs[name]))
  const nodes = postorder(roots)
  const leaves = (op: string) => nodes.filter((node) => node.op === op)
  const result: Program = {
    inputs: leaves("input"),
    parameters: leaves("parameter"),
    noise: leaves("uniform"),
    weights: leaves("weight"),
    outputs: Object.fromEntries(names.map((name, i) => [name, roots[i]])),
    nodes,
  }
  const seen = new Set<string>()
  for (const leaf of [...result.inputs, ...result.parameters, ...result.noise, ...result.weights]) {
    if (seen.has(nameOf(leaf)))
      throw new ShapeError(
        "program",
        `"${nameOf(leaf)}" names two different leaves`,
        "give each leaf a name of its own",
      )
    seen.add(nameOf(leaf))
  }
  return result
}
