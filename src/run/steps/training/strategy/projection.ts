/** Gradients that a strategy changes: its formula of them and of those of remembered examples, as a program of its own that runs after every backward pass. */
import type { Projected } from "../../../../model/differentiate.ts"
import { type HostTensor, input, program, type Strategy } from "../../../../plugin/index.ts"
import { StepError, type Work } from "../../../work.ts"

export interface Projection extends Projected {
  readonly release: () => Promise<void>
}

export const projection = async (
  work: Work,
  { name: strategy, gradients }: Strategy,
  options: unknown,
  names: readonly string[],
  start: ReadonlyMap<string, HostTensor>,
  reference: (update: number) => Int32Array,
): Promise<Projection> => {
  const leaves = (of: string) => names.map((name) => input(`${of}/${name}`, start.get(name)!.shape))
  const changed = gradients!(leaves("own"), leaves("reference"), options)
  if (changed.length !== names.length)
    throw new StepError(
      `the strategy "${strategy}" gives ${changed.length} gradients for ${names.length} parameters`,
      "let `gradients` give one for each, in their order",
    )
  const session = await (await work.engine()).compile(
    program(Object.fromEntries(names.map((name, i) => [name, changed[i]]))),
  )
  const feeds = (of: string, gradients: ReadonlyMap<string, Float32Array>) =>
    names.map((name) => [`${of}/${name}`, { shape: start.get(name)!.shape, data: gradients.get(name)! }] as const)
  return {
    reference,
    project: async (own, other) => {
      const found = await session.run(Object.fromEntries([...feeds("own", own), ...feeds("reference", other)]))
      return new Map(names.map((name) => [name, found[name].data as Float32Array]))
    },
    release: session.release,
  }
}
