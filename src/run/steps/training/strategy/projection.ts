/**
 * Gradients that a strategy changes: its formula of them and of those of remembered examples, as a program of its own that runs once for
 * each update. It is no sum over examples, as gradients are, so it can't stand in the program of the backward pass: that runs for each
 * batch of an update, and for each part of a large batch, whose gradients are added up first.
 */
import type { Projected } from "../../../../model/differentiate.ts"
import { withGradients } from "../../../../model/gradients.ts"
import { add, type Engine, input, nameOf, parameter, program, scale, sum } from "../../../../plugin/index.ts"
import type { Work } from "../../../work.ts"
import { checkedGradients, checkFollowed } from "./formulas.ts"
import { strategyObjective, type ToTrain } from "./objective.ts"

export interface Projection extends Projected {
  readonly release: () => Promise<void>
}

export const projection = async (
  work: Work,
  to: ToTrain,
  reference: (update: number) => Int32Array,
): Promise<Projection> => {
  const { strategy, options, names, start } = to
  const leaves = (of: string) => names.map((name) => input(`${of}/${name}`, start.get(name)!.shape))
  const own = leaves("own")
  const given = checkedGradients(strategy, strategy.gradients!(own, leaves("reference"), options), own)
  const engine = await work.engine()
  const session = await engine.compile(program(Object.fromEntries(names.map((name, i) => [name, given[i]]))))
  const by = strategy.loss && (await crossEntropyOf(engine, to))
  const feeds = (of: string, gradients: ReadonlyMap<string, Float32Array>) =>
    names.map((name) => [`${of}/${name}`, { shape: start.get(name)!.shape, data: gradients.get(name)! }] as const)
  return {
    reference,
    ...(by && { by }),
    project: async (own, other) => {
      const found = await session.run(Object.fromEntries([...feeds("own", own), ...feeds("reference", other)]))
      const changed = new Map(names.map((name) => [name, found[name].data as Float32Array]))
      checkFollowed(strategy, changed, [own, other])
      return changed
    },
    release: async () => {
      await session.release()
      await by?.session.release()
    },
  }
}

/** The mean cross-entropy with its gradients, in the place of the strategy's own loss; they are 0 where the own loss alone reads a parameter. */
const crossEntropyOf = async (engine: Engine, to: ToTrain): Promise<NonNullable<Projected["by"]>> => {
  const { loss: _, ...plain } = to.strategy
  const { loss, feeds } = strategyObjective({ ...to, strategy: plain })
  const read = new Set(program({ loss }).parameters.map(nameOf))
  const unread = to.names.flatMap((name) =>
    read.has(name) ? [] : [scale(sum(parameter(name, to.start.get(name)!.shape)), 0)],
  )
  const differentiated = withGradients(unread.reduce(add, loss), to.names)
  return { session: await engine.compile(differentiated), program: differentiated, feeds }
}
