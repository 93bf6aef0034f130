/** Draws what a case is fed. */
import fc from "fast-check"
import { nameOf, parameter, program, randomStream, type Shape, type Tensor } from "../../src/tensor/index.ts"
import type { Case, Sizes } from "./cases.ts"
import { layoutFeeds } from "./packed.ts"
import { type Feeds, numbers } from "./run.ts"

const size = fc.integer({ min: 1, max: 4 })
export const sizes: fc.Arbitrary<Sizes> = fc.record({
  a: size,
  b: size,
  c: size,
  d: size,
  lengths: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
  seed: fc.nat(100000),
})

export interface Drawn {
  /** Those that the formula reads. */
  readonly variables: Record<string, Tensor>
  readonly result: Tensor
  readonly feeds: Feeds
}

export const draw = (one: Case, s: Sizes): Drawn => {
  const random = randomStream(s.seed, one.name)
  const concrete = (shape: Shape) =>
    shape.map((dim) =>
      dim === "tokens" ? s.lengths.reduce((a, b) => a + b, 0) : dim === "examples" ? s.lengths.length : (dim as number),
    )
  const feeds: Feeds = layoutFeeds(s.lengths)
  const variables: Record<string, Tensor> = {}
  const [low, high] = one.range ?? [-1.5, 1.5]
  for (const [name, shape] of Object.entries(one.variables(s))) {
    variables[name] = parameter(name, shape)
    feeds[name] = numbers(random, concrete(shape), low, high)
  }
  const { a, b, c } = s
  feeds.drop = numbers(random, [a, b, c], 0, 1)
  const result = one.formula(variables, s)
  const read = new Set(program({ result }).parameters.map(nameOf))
  return { variables: Object.fromEntries(Object.entries(variables).filter(([name]) => read.has(name))), result, feeds }
}
