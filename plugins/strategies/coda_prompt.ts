/**
 * CODA-Prompt (Smith et al. 2023, arXiv 2211.13218): in some blocks keys and values are a weighed sum of components P_m, of which each task
 * brings some and leaves those of earlier tasks as they are. With q(x) the frozen [CLS], K_m a key and A_m an attention over features,
 *   P = sum_m cos(q(x) * A_m, K_m) P_m
 *   L = CE + lambda sum over blocks of o(K) + o(A) + o(P),   o(B) = mean of (B B' - I)^2, each P_m as one row,
 * with logits of other tasks masked. As in the authors' code, K, A and P are those of a block. Components start from normal numbers of
 * about unit length, nearly orthogonal where rows are long; the authors' are made orthogonal to those before them.
 */
import {
  add,
  concat,
  constant,
  cosineSimilarity,
  defineStrategy,
  type Initial,
  matmul,
  mean,
  mixture,
  mul,
  NonNegativeNumber,
  normal,
  ofTask,
  optional,
  POOL_OPTIONS,
  POOL_TRAINING,
  type PoolSite,
  PositiveInt,
  poolQuery,
  reshape,
  Schema,
  scale,
  sub,
  type Tensor,
  tasksUntil,
} from "../../src/plugin/index.ts"

/** Components of all tasks so far, [components, ...]. */
const all = (p: Readonly<Record<string, Tensor>>, name: string, stage: number): Tensor =>
  concat(
    tasksUntil(stage).map((t) => p[`${name} ${t}`]),
    0,
  )

const promptedBy = (sites: readonly PoolSite[], blocks: number) => sites.filter(({ site }) => site.layer < blocks)

/** mean (B B' - I)^2 */
const overlap = (B: Tensor): Tensor => {
  const rows = B.shape[0] as number
  const identity = constant(
    Array.from({ length: rows }, (_, i) => Array.from({ length: rows }, (_, j) => Number(i === j))),
  )
  const apart = sub(matmul(B, B, { transposeB: true }), identity)
  return mean(mul(apart, apart))
}

const flat = (P: Tensor): Tensor => reshape(P, [P.shape[0], -1])

export default defineStrategy({
  name: "coda_prompt",
  summary: "CODA-Prompt: prompts are sums of components, weighed by attention on frozen features (Smith et al. 2023)",
  equation: "P = sum_m cos(q(x) * A_m, K_m) P_m;  L = CE + lambda sum mean (B B' - I)^2",
  reference: "CVPR 2023, arXiv 2211.13218; as GT-RIPL/CODA-Prompt",
  checked:
    "PyTorch by the formula: parameters after three tasks; components of earlier tasks keep their bytes; the kit",
  options: Schema.Struct({
    components: optional(PositiveInt, 10, "components that each task brings"),
    blocks: optional(PositiveInt, 5, "blocks, from the first, that have prompts"),
    lambda: optional(NonNegativeNumber, 0.1, "weight of orthogonality: the paper's; 0 in the authors' scripts"),
    ...POOL_OPTIONS,
  }),
  ...POOL_TRAINING,
  needs: () => "own_keys",
  pool: {
    query: poolQuery,
    parameters: ({ width, stage, sites }, { components, blocks }) => {
      const found: Record<string, Initial> = {}
      for (const { site, initials } of promptedBy(sites, blocks))
        for (const t of tasksUntil(stage)) {
          const rows = (size: number) => ({ ...normal([components, size], 1 / Math.sqrt(size)), ...ofTask(t, stage) })
          found[`${site.name}/keys ${t}`] = rows(width)
          found[`${site.name}/attention ${t}`] = rows(width)
          for (const [name, { shape }] of Object.entries<Initial>(initials)) {
            const size = shape.reduce((a, b) => a * b, 1)
            found[`${site.name}/${name} ${t}`] = rows(size)
          }
        }
      return found
    },
    gives: ({ site, initials, query, p, stage }, { blocks }) => {
      if (site.layer >= blocks) return undefined
      const of = (name: string) => all(p, `${site.name}/${name}`, stage)
      const seen = mul(reshape(query, [1, -1]), of("attention"))
      const weights = cosineSimilarity(seen, of("keys"))
      return Object.fromEntries(
        Object.entries(initials).map(([name, { shape }]) => [
          name,
          mixture(weights, reshape(of(name), [of(name).shape[0], ...shape])),
        ]),
      )
    },
  },
  loss: ({ all: over, crossEntropy, pool }, { blocks, lambda }) => {
    const { p, sites, stage } = pool!
    const task = over(crossEntropy())
    if (lambda === 0) return task
    const penalties = promptedBy(sites, blocks).flatMap(({ site, initials }) => {
      const of = (name: string) => all(p, `${site.name}/${name}`, stage)
      const P = concat(
        Object.keys(initials).map((name) => flat(of(name))),
        1,
      )
      return [overlap(of("keys")), overlap(of("attention")), overlap(P)]
    })
    return penalties.reduce((loss, one) => add(loss, scale(one, lambda)), task)
  },
})
