/**
 * IDBR, regularisation based on information disentanglement (Huang et al. 2021, arXiv 2104.05489). Of the features r of a text two
 * projections are taken, one for what all tasks share and one for what is a task's own, and a class is read from both:
 *   G = tanh(r W_g + b_g),   S = tanh(r W_s + b_s),   z = [G; S] W + b
 *   L = CE(z, y) + lambda_next CE(G W_n, in order or not) + lambda_task CE(S W_t, task) + reg (lambda_general |G - G'|^2 + lambda_specific |S - S'|^2)
 * - G learns to tell whether two halves of a text stand in their order, next sentence prediction; each text is cut once for a stage.
 * - S learns to tell the task, among those so far, in batches that remembered texts join.
 * - G' and S' are those of the model before the task, on texts of the task and on what is remembered; |.|^2 is the mean over the
 *   numbers of a projection; reg is `new` in batches of the task alone and `replay` in those that remembered texts join.
 * The losses, their weights and when each has a part are read in the authors' code (SALT-NLP/IDBR, src/train.py). There all weights of
 * BERT are trained, where here the experiment's adapter is; a text is cut anew at each step, and segments have embeddings; a class is
 * read of both orders of its halves (`classified: pairs`) and never of the whole text, and a batch of each earlier task is replayed in
 * turn. Their memory is that of k-means on the trained [CLS] of each task, here any memory: `k_means` on frozen features is the nearest.
 * Recalled, not read again [M]: the paper itself, whose equations may weigh otherwise than its code; and that halves of two texts
 * (`negatives: other`) are what next sentence prediction tells apart elsewhere, in BERT's own training.
 */
import {
  add,
  concat,
  defineStrategy,
  type Initial,
  kaiming,
  logSoftmax,
  matmul,
  mean,
  mul,
  NonNegativeNumber,
  neg,
  oneHot,
  optional,
  PositiveInt,
  pow,
  Schema,
  scale,
  slice,
  sub,
  sum,
  type Tensor,
  type TokenIds,
  tanh,
  words,
  zeros,
} from "../../src/plugin/index.ts"

type Arrays = Readonly<Record<string, Tensor>>

const linear = (x: Tensor, p: Arrays, name: string): Tensor => add(matmul(x, p[`${name}/W`]), p[`${name}/b`])

const layer = (name: string, inputs: number, outputs: number): Record<string, Initial> => ({
  [`${name}/W`]: kaiming([inputs, outputs]),
  [`${name}/b`]: zeros([outputs]),
})

/** G and S, each [width], of both. */
const general = (both: Tensor, width: number): Tensor => slice(both, -1, 0, width)
const specific = (both: Tensor, width: number): Tensor => slice(both, -1, width, 2 * width)

/** -log p of a row of scores at `target`, which is 1 at one place. */
const surprise = (scores: Tensor, target: Tensor): Tensor => neg(sum(mul(target, logSoftmax(scores)), -1))

/** |G - G'|^2 */
const apart = (now: Tensor, before: Tensor): Tensor => mean(pow(sub(now, before), 2), -1)

const halves = (text: TokenIds, cut: number): readonly [TokenIds, TokenIds] => [text.slice(0, cut), text.slice(cut)]

export default defineStrategy({
  name: "idbr",
  summary:
    "IDBR: what tasks share and what is a task's own, told apart in two projections that stay near to what they were (Huang et al. 2021)",
  equation: "L = CE([G; S]) + NSP(G) + CE_task(S) + reg (lambda_g |G - G'|^2 + lambda_s |S - S'|^2),  x' ~ memory",
  reference: "NAACL 2021, arXiv 2104.05489; weights and batches as SALT-NLP/IDBR, without segment embeddings",
  checked: "PyTorch by the formula: parameters after three tasks and logits, both ways to classify; the kit",
  options: Schema.Struct({
    width: optional(PositiveInt, 128, "numbers of each of the two projections"),
    every: optional(PositiveInt, 10, "batches from one that is joined by remembered texts to the next"),
    lambda_next: optional(NonNegativeNumber, 1, "weight of next sentence prediction; 0 makes no pairs of halves"),
    lambda_task: optional(NonNegativeNumber, 1, "weight of the identification of the task"),
    lambda_general: optional(NonNegativeNumber, 0.5, "weight of the distance of G from what it was"),
    lambda_specific: optional(NonNegativeNumber, 0.5, "weight of the distance of S from what it was"),
    new: optional(NonNegativeNumber, 0.5, "weight of both distances in batches of the newest task alone"),
    replay: optional(NonNegativeNumber, 5, "the same in batches that remembered texts join"),
    negatives: optional(
      words("swapped", "other"),
      "swapped",
      "what is not in order: a text's second half before its first, or the second half of another text after it",
    ),
    cut: optional(words("random", "middle"), "random", "where a text is cut"),
    classified: optional(
      words("texts", "pairs"),
      "texts",
      "of what the class is learnt: whole texts, as they are tested, or their halves in either order",
    ),
  }),
  trains: "adapter",
  visits: "one_by_one",
  replays: ({ every }) => ({ draws: 1, every }),
  records: "before",
  classes: () => ({ why: "its two projections are read by a head of classes", help: "use `er`" }),
  representation: {
    parameters: ({ width: features, tasks }, { width, lambda_next }) => ({
      ...layer("general", features, width),
      ...layer("specific", features, width),
      ...layer("task", width, tasks),
      ...(lambda_next > 0 ? layer("next", width, 2) : {}),
    }),
    gives: (r, p) => concat([tanh(linear(r, p, "general")), tanh(linear(r, p, "specific"))], -1),
  },
  variants: ({ lambda_next, negatives, cut: where, classified }) =>
    lambda_next === 0 && classified === "texts"
      ? undefined
      : {
          count: 2,
          of: ({ words: text, other, random }) => {
            const cut = ({ length }: TokenIds) =>
              where === "middle" || length < 2 ? Math.ceil(length / 2) : 1 + random.below(length - 1)
            const [first, second] = halves(text, cut(text))
            const wrong = halves(text, cut(text))
            return [
              [first, second],
              negatives === "swapped" ? [wrong[1], wrong[0]] : [wrong[0], halves(other, cut(other))[1]],
            ]
          },
        },
  loss: ({ all, rehearsed, variants, crossEntropy, features, p, task, stage, recorded }, options) => {
    const { width, lambda_next, lambda_task, lambda_general, lambda_specific, classified } = options
    const [inOrder, wrong] = variants
    const [G, S] = [general(features, width), specific(features, width)]
    const ce = crossEntropy()
    const terms = [classified === "texts" ? all(ce) : scale(add(inOrder(ce), wrong(ce)), 0.5)]
    if (lambda_next > 0) {
      const log = logSoftmax(linear(G, p, "next"))
      const right = (which: number) => neg(sum(slice(log, -1, which, which + 1), -1))
      terms.push(scale(add(inOrder(right(0)), wrong(right(1))), lambda_next / 2))
    }
    const tasks = slice(linear(S, p, "task"), -1, 0, stage + 1)
    terms.push(scale(rehearsed(surprise(tasks, oneHot(task, stage + 1))), lambda_task))
    if (recorded) {
      const [G_, S_] = [general(recorded.features, width), specific(recorded.features, width)]
      const moved = add(scale(apart(G, G_), lambda_general), scale(apart(S, S_), lambda_specific))
      terms.push(scale(all(moved), options.new), scale(rehearsed(moved), options.replay - options.new))
    }
    return terms.reduce(add)
  },
})
