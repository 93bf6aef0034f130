/**
 * Learning to Prompt (Wang et al. 2022, arXiv 2112.08654): a pool of M prompts P_m with keys k_m, shared by all tasks. A text gets the
 * k prompts whose keys are nearest to what the frozen network makes of it, q(x) its [CLS],
 *   f([P_s1; ..; P_sk; x]),  s the k largest of cos(q(x), k_m), the largest first
 *   L = CE - lambda sum_{m in s} cos(q(x), k_m),   logits of other tasks masked
 * Keys start uniform in +-1, prompts as the adapter's own parameters do. The choice is that of each text: the original's default of
 * one choice for a whole batch (`batchwise_prompt`) tells a batch of one task which task it is, and is not offered. What is
 * classified are states of the text, where the original averages those of the prompt.
 */
import {
  add,
  concat,
  cosineSimilarity,
  defineStrategy,
  type Initial,
  largestMask,
  largestMasks,
  mixture,
  mul,
  NonNegativeNumber,
  neg,
  optional,
  POOL_OPTIONS,
  POOL_TRAINING,
  PositiveInt,
  poolQuery,
  reshape,
  Schema,
  scale,
  sum,
  uniformly,
} from "../../src/plugin/index.ts"

export default defineStrategy({
  name: "l2p",
  summary: "L2P: each text gets the prompts of a pool whose keys are nearest to its frozen features (Wang et al. 2022)",
  equation: "L = CE - lambda sum_{m in s} cos(q(x), k_m),  s the k largest",
  reference: "CVPR 2022, arXiv 2112.08654; as JH-LEE-KR/l2p-pytorch, with a choice for each text",
  checked: "PyTorch by the formula: parameters after three tasks; the kit",
  options: Schema.Struct({
    pool: optional(PositiveInt, 10, "M, the number of prompts"),
    top_k: optional(PositiveInt, 5, "prompts of a text; of a pool with fewer, all"),
    lambda: optional(NonNegativeNumber, 0.1, "weight of the similarity of chosen keys"),
    ...POOL_OPTIONS,
  }),
  ...POOL_TRAINING,
  pool: {
    query: poolQuery,
    parameters: ({ width, sites }, { pool }) => ({
      keys: uniformly([pool, width], 1),
      ...Object.fromEntries(
        sites.flatMap(({ site, initials }) =>
          Object.entries<Initial>(initials).map(([name, initial]) => {
            const [length, ...rest] = initial.shape
            return [`${site.name}/${name}`, { ...initial, shape: [pool * length, ...rest] }]
          }),
        ),
      ),
    }),
    gives: ({ site, initials, query, p }, { pool, top_k }) => {
      const chosen = largestMasks(cosineSimilarity(query, p.keys), Math.min(top_k, pool))
      return Object.fromEntries(
        Object.entries(initials).map(([name, { shape }]) => {
          const prompts = reshape(p[`${site.name}/${name}`], [pool, ...shape])
          return [
            name,
            concat(
              chosen.map((one) => mixture(one, prompts)),
              0,
            ),
          ]
        }),
      )
    },
  },
  loss: ({ all, crossEntropy, pool }, { pool: size, top_k, lambda }) => {
    const scores = cosineSimilarity(pool!.query, pool!.p.keys)
    const near = sum(mul(scores, largestMask(scores, Math.min(top_k, size))), -1)
    return all(add(crossEntropy(), scale(neg(near), lambda)))
  },
})
