/**
 * π-Tuning: a task's module is interpolated with those of the tasks that are most like it (Wu et al. 2023, arXiv 2304.14381).
 *   S_ij = cos(F_i, F_j),   F_i the diagonal of the Fisher information of module i: the embedding of its task
 *   theta = sum_i alpha_i theta_i,   alpha = softmax over the k nearest to task t of Z_ti (+ S_ti: `start: similarity`)
 * at each block. Z begins at zero and is learnt on texts of task t. The given task picks t, as in Polytropon: it reads the true
 * task, and the table says so.
 * As in the authors' code (TencentARC/pi-Tuning): k counts the task's own module; weights begin alike, and are of each layer; F is of
 * the given labels; what low-rank modules give is averaged (`mix: outer`). Its notebook compares F_i / (F_i + F_j + 1e-6), array by
 * array, and takes the mean (`cosine: normalised`); that the paper means the plain cosine is recalled and not certain.
 * Otherwise than there: F squares the gradient of each text, not of a batch; and all experts are trained on together with the
 * weights, where here modules are frozen and Z learns on the memory alone. k = 3 is the size of the authors' example.
 * F is compared entry by entry. Columns of modules that start from other draws do not answer to each other:
 * `initialisation: shared` in the train block lets them.
 */
import {
  type Arrays,
  add,
  defineRouter,
  matmul,
  optional,
  PositiveInt,
  Schema,
  scale,
  softmax,
  sub,
  words,
  zeros,
} from "../../src/plugin/index.ts"

type Pair = (a: number, b: number) => number

const plain: Pair = (a) => a
const normalised: Pair = (a, b) => a / (a + b + 1e-6)

/** Sums of a², b² and a b over the entries of one array of two modules, each entry changed by its pair. */
const products = (a: ArrayLike<number>, b: ArrayLike<number>, of: Pair): readonly [number, number, number] => {
  let [aa, bb, ab] = [0, 0, 0]
  for (let k = 0; k < a.length; k++) {
    const [x, y] = [of(a[k], b[k]), of(b[k], a[k])]
    aa += x * x
    bb += y * y
    ab += x * y
  }
  return [aa, bb, ab]
}

/** Zero where there is no information. */
const cosine = ([aa, bb, ab]: readonly [number, number, number]): number => (ab === 0 ? 0 : ab / Math.sqrt(aa * bb))

const similarity = (a: Arrays, b: Arrays, how: "plain" | "normalised"): number => {
  const each = Object.keys(a).map((name) =>
    products(a[name].data as Float32Array, b[name].data as Float32Array, how === "plain" ? plain : normalised),
  )
  if (how === "normalised") return each.reduce((sum, one) => sum + cosine(one), 0) / each.length
  return cosine([0, 1, 2].map((i) => each.reduce((sum, one) => sum + one[i], 0)) as [number, number, number])
}

const alike = (a: Arrays, b: Arrays): boolean =>
  Object.keys(a).length === Object.keys(b).length &&
  Object.entries(a).every(([name, { data }]) => b[name]?.data.length === data.length)

/** 1 at i itself and at the k - 1 others of the largest similarities. */
const nearest = (row: readonly number[], i: number, k: number): readonly number[] => {
  const others = [...row.keys()].filter((j) => j !== i).sort((a, b) => row[b] - row[a])
  const near = new Set([i, ...others.slice(0, k - 1)])
  return row.map((_, j) => (near.has(j) ? 1 : 0))
}

const matrix = (rows: readonly (readonly number[])[]) => ({
  shape: [rows.length, rows.length],
  data: Float32Array.from(rows.flat()),
})

export default defineRouter({
  name: "pi_tuning",
  summary:
    "The given task's module interpolated with those of the tasks nearest by Fisher information, by learnt weights (Wu et al. 2023)",
  equation: "alpha = softmax of Z[task] over the k nearest by cos(F_i, F_task); theta = sum_i alpha_i theta_i",
  reference: "arXiv 2304.14381",
  checked:
    "PyTorch by the formula: information by autograd, similarities, gates, logits, loss, gradients and AdamW's steps; the planted libraries by text and by layer",
  taxonomy: { routing: "top_k" },
  options: Schema.Struct({
    top_k: optional(PositiveInt, 3, "modules that are interpolated for a task, its own among them"),
    cosine: optional(
      words("plain", "normalised"),
      "plain",
      "of the information as one vector, or, as in the authors' notebook, of each array divided by the sum of both, on average",
    ),
    start: optional(
      words("uniform", "similarity"),
      "uniform",
      "where the weights begin: all alike, or at the softmax of the similarities",
    ),
    scope: optional(
      words("per_layer", "per_module", "global"),
      "per_layer",
      "weights of each block, of each attachment site, or of the network",
    ),
    examples: optional(PositiveInt, 64, "training texts of each task that the information is estimated on"),
    labels: optional(
      words("given", "expected"),
      "given",
      "the given label alone (the empirical Fisher), or the expectation over the labels that the module predicts",
    ),
    mix: optional(words("outer", "factors"), "outer", "what averaging parameters means on low-rank modules"),
  }),
  routing: ({ scope, mix }) => ({
    query: "task",
    level: scope === "global" ? "model" : scope === "per_layer" ? "layer" : "site",
    granularity: "example",
    aggregate: "parameters",
    mix,
  }),
  fisher: ({ examples, labels }) => ({ examples, labels }),
  prepare: ({ tasks, fisher = [] }, { cosine, top_k }) => {
    const other = fisher.findIndex((one) => !alike(fisher[0], one))
    if (other > 0)
      return `the Fisher information of ${tasks[0]} and ${tasks[other]} can't be compared: their modules have other parameters`
    const S = fisher.map((a, i) => fisher.map((b, j) => (i === j ? 1 : similarity(a, b, cosine))))
    return { S: matrix(S), near: matrix(S.map((row, i) => nearest(row, i, top_k))) }
  },
  parameters: ({ modules }) => ({ Z: zeros([modules, modules]) }),
  gates: (task, { Z, S, near }, { start }) => {
    const z = matmul(task, start === "similarity" ? add(Z, S) : Z)
    return softmax(sub(z, scale(sub(1, matmul(task, near)), 1e9)))
  },
})
