/**
 * DualPrompt (Wang et al. 2022, arXiv 2204.04799): keys and values that all tasks share stand in the first blocks (the general prompt G),
 * those of a task in some blocks after them (the expert prompts E_t), each task with a key k_t of its own. With q(x) the frozen [CLS],
 *   training on task t:  E_t,   L = CE + lambda (1 - cos(q(x), k_t)),   logits of other tasks masked
 *   at test time:        E_j,   j the largest of cos(q(x), k_j) among the tasks so far
 * E_t and k_t stay as they are after their task. With `keys: layer` each block with expert prompts has keys of its own, and chooses
 * for itself, as in the code of CODA-Prompt's authors. The expert prompts are as long as the adapter's.
 */
import {
  add,
  argmax,
  cosineSimilarity,
  defineStrategy,
  type Initial,
  mixture,
  NonNegativeInt,
  NonNegativeNumber,
  ofTask,
  oneHot,
  optional,
  POOL_OPTIONS,
  POOL_TRAINING,
  PositiveInt,
  poolQuery,
  reshape,
  Schema,
  type Site,
  scale,
  slice,
  stack,
  sub,
  type Tensor,
  tasksUntil,
  uniformly,
  words,
} from "../../src/plugin/index.ts"

/** Whether the prompts of tasks stand there. */
const hasExpert = ({ layer }: Site, general: number, expert: number) => layer >= general && layer < general + expert

/** [tasks, width] */
const keysAt = (p: Readonly<Record<string, Tensor>>, place: string, stage: number): Tensor =>
  stack(tasksUntil(stage).map((t) => reshape(p[`${place}/key ${t}`], [-1])))

export default defineStrategy({
  name: "dual_prompt",
  summary:
    "DualPrompt: a general prompt in early blocks, one of the task's own in later ones, found by its key (Wang et al. 2022)",
  equation: "L = CE + lambda (1 - cos(q(x), k_t));  at test time E_j, j = argmax cos(q(x), k_j)",
  reference: "ECCV 2022, arXiv 2204.04799; blocks and `keys: layer` as GT-RIPL/CODA-Prompt",
  checked:
    "PyTorch by the formula: parameters after three tasks; prompts and keys of earlier tasks keep their bytes; the kit",
  options: Schema.Struct({
    general: optional(NonNegativeInt, 2, "blocks, from the first, that have the general prompt"),
    general_length: optional(PositiveInt, 5, "keys and values of the general prompt in a block"),
    expert: optional(PositiveInt, 3, "blocks after these that have the prompts of tasks"),
    keys: optional(
      words("model", "layer"),
      "model",
      "whether a task has one key, or one for each block with its prompts",
    ),
    lambda: optional(NonNegativeNumber, 1, "weight of the distance of a task's key from its texts"),
    ...POOL_OPTIONS,
  }),
  ...POOL_TRAINING,
  needs: () => "own_keys",
  blocks: ({ general }) => ({
    least: general + 1,
    why: `the prompts of tasks stand after block ${general}, behind the general prompt`,
    help: "write `general` below the number of blocks that the backbone has, or take a deeper backbone",
    option: "general",
  }),
  pool: {
    query: poolQuery,
    parameters: ({ width, stage, sites }, { general, general_length, expert, keys }) => {
      const found: Record<string, Initial> = {}
      const key = (place: string) => {
        for (const t of tasksUntil(stage))
          found[`${place}/key ${t}`] = { ...uniformly([1, width], 1), ...ofTask(t, stage) }
      }
      if (keys === "model") key("model")
      for (const { site, initials } of sites) {
        for (const [name, initial] of Object.entries<Initial>(initials)) {
          const own = initial.shape.slice(1)
          if (site.layer < general)
            found[`${site.name}/general ${name}`] = { ...initial, shape: [general_length, ...own] }
          else if (hasExpert(site, general, expert))
            for (const t of tasksUntil(stage)) found[`${site.name}/${name} ${t}`] = { ...initial, ...ofTask(t, stage) }
        }
        if (keys === "layer" && hasExpert(site, general, expert)) key(site.name)
      }
      return found
    },
    gives: ({ site, initials, query, p, stage, training }, { general, expert, keys }) => {
      const named = (value: (name: string) => Tensor) =>
        Object.fromEntries(Object.keys(initials).map((name) => [name, value(name)]))
      if (site.layer < general) return named((name) => p[`${site.name}/general ${name}`])
      if (!hasExpert(site, general, expert)) return undefined
      if (training || stage === 0) return named((name) => p[`${site.name}/${name} ${stage}`])
      const near = cosineSimilarity(query, keysAt(p, keys === "model" ? "model" : site.name, stage))
      const chosen = oneHot(argmax(near), stage + 1)
      return named((name) => mixture(chosen, stack(tasksUntil(stage).map((t) => p[`${site.name}/${name} ${t}`]))))
    },
  },
  loss: ({ all, crossEntropy, pool }, { general, expert, keys, lambda }) => {
    const { query, p, sites, stage } = pool!
    const places =
      keys === "model" ? ["model"] : sites.flatMap(({ site }) => (hasExpert(site, general, expert) ? [site.name] : []))
    const apart = places.map((place) =>
      sub(1, slice(cosineSimilarity(query, keysAt(p, place, stage)), -1, stage, stage + 1)),
    )
    return all(apart.reduce((loss, one) => add(loss, scale(reshape(one, []), lambda)), crossEntropy()))
  },
})
