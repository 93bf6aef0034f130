/** One case for each way in which an operator is used: what is fed, and the formula. Sizes come from the property test. */

import type { Tensor } from "../../src/tensor/index.ts"
import * as t from "../../src/tensor/index.ts"
import { rotate } from "../../src/tensor/operators/rotary.ts"

/** Sizes that fast-check draws. */
export interface Sizes {
  readonly a: number
  readonly b: number
  readonly c: number
  readonly d: number
  /** Number of tokens of each example. */
  readonly lengths: readonly number[]
  readonly seed: number
}

export interface Case {
  readonly name: string
  /** Shape of each float variable, physical; "tokens" and "examples" are replaced by what the lengths say. */
  readonly variables: (s: Sizes) => Record<string, t.Shape>
  readonly formula: (v: Record<string, Tensor>, s: Sizes) => Tensor
  /** The formula on variables as they are, without rows put on them. */
  readonly bare?: Case["formula"]
  /** Range of the variables. */
  readonly range?: readonly [number, number]
  /** No gradient to check. */
  readonly discrete?: boolean
}

export const layout = t.packedLayout()
const tokens = t.tokenRows(layout)
const examples = t.exampleRows(layout)
/** Position of each token within its example. */
const positions = t.input("positions", ["length"], "int", tokens)
/** A variable seen as tokens or as examples. */
const asTokens = (x: Tensor) => t.withRows(x, tokens)
const asExamples = (x: Tensor) => t.withRows(x, examples)

const one = (name: string, formula: Case["formula"], more: Partial<Case> = {}): Case => ({
  name,
  variables: ({ a, b, c }) => ({ x: [a, b, c] }),
  formula,
  ...more,
})

const positive = { range: [0.3, 2] } as const

const pointwise: Case[] = [
  one("neg", ({ x }) => t.neg(x)),
  one("scale", ({ x }) => t.scale(x, -1.7)),
  one("abs", ({ x }) => t.abs(x)),
  one("exp", ({ x }) => t.exp(x)),
  one("log", ({ x }) => t.log(x), positive),
  one("sqrt", ({ x }) => t.sqrt(x), positive),
  one("tanh", ({ x }) => t.tanh(x)),
  one("sigmoid", ({ x }) => t.sigmoid(x)),
  one("softplus", ({ x }) => t.softplus(x), { range: [-4, 4] }),
  one("relu", ({ x }) => t.relu(x)),
  one("cos", ({ x }) => t.cos(x), { range: [-4, 4] }),
  one("sin", ({ x }) => t.sin(x), { range: [-4, 4] }),
  one("gelu", ({ x }) => t.gelu(x), { range: [-4, 4] }),
  one("silu", ({ x }) => t.silu(x), { range: [-4, 4] }),
  one("erf", ({ x }) => t.erf(x), { range: [-3, 3] }),
  one("pow 3", ({ x }) => t.pow(x, 3)),
  one("pow 1.5", ({ x }) => t.pow(x, 1.5), positive),
  one("pow -1", ({ x }) => t.pow(x, -1), positive),
  one("pow 0", ({ x }) => t.add(t.pow(x, 0), x)),
]

/** Shapes of two operands that broadcast in every way. */
const broadcasts = (s: Sizes): [t.Shape, t.Shape] => {
  const { a, b, c } = s
  const ways: [t.Shape, t.Shape][] = [
    [
      [a, b, c],
      [a, b, c],
    ],
    [[a, b, c], [c]],
    [
      [b, 1],
      [a, 1, c],
    ],
    [
      [1, c],
      [b, c],
    ],
    [[], [a, b]],
    [
      [a, 1, c],
      [b, 1],
    ],
  ]
  return ways[s.seed % ways.length]
}
const two = (
  name: string,
  build: (x: Tensor, y: Tensor) => Tensor,
  range?: readonly [number, number],
  discrete = false,
): Case => ({
  name,
  variables: (s) => ({ x: broadcasts(s)[0], y: broadcasts(s)[1] }),
  formula: ({ x, y }) => build(x, y),
  ...(range ? { range } : {}),
  discrete,
})

const arithmetic: Case[] = [
  two("add", t.add),
  two("sub", t.sub),
  two("mul", t.mul),
  two("div", t.div, [0.4, 2]),
  two("maximum", t.maximum),
  two("minimum", t.minimum),
  two("greater", t.greater, undefined, true),
  two("less", t.less, undefined, true),
  two("equal", t.equal, undefined, true),
  two("where", (x, y) => t.where(t.greater(x, y), t.mul(x, y), t.sub(x, 2))),
  two("numbers", (x, y) => t.div(t.sub(1, t.mul(3, x)), t.add(y, 4))),
  one("cast to int and back", ({ x }) => t.mul(t.cast(t.cast(x, "int"), "float"), x), { range: [-3, 3] }),
  one("stopGradient", ({ x }) => t.add(t.mul(t.stopGradient(x), 0), x)),
]

const transposed = (shape: t.Shape, swap: boolean): t.Shape =>
  swap ? [...shape.slice(0, -2), ...shape.slice(-2).toReversed()] : shape
const products: Case[] = [false, true].flatMap((transposeA) =>
  [false, true].flatMap((transposeB) =>
    (
      [
        ["2 x 2", 0, 0],
        ["3 x 2", 1, 0],
        ["2 x 3", 0, 1],
        ["3 x 3", 1, 1],
        ["3 x 3, one for all", 1, 2],
      ] as const
    ).map(([name, ba, bb]) => ({
      name: `matmul ${name}${transposeA ? " A'" : ""}${transposeB ? " B'" : ""}`,
      variables: ({ a, b, c, d }: Sizes) => ({
        x: transposed([...(ba ? [d] : []), a, b], transposeA),
        y: transposed([...(bb ? [bb === 2 ? 1 : d] : []), b, c], transposeB),
      }),
      formula: ({ x, y }: Record<string, Tensor>) => t.matmul(x, y, { transposeA, transposeB }),
    })),
  ),
)
products.push(
  {
    name: "matmul vector x matrix",
    variables: ({ a, b }) => ({ x: [a], y: [a, b] }),
    formula: ({ x, y }) => t.matmul(x, y),
  },
  {
    name: "matmul matrix x vector",
    variables: ({ a, b }) => ({ x: [a, b], y: [b] }),
    formula: ({ x, y }) => t.matmul(x, y),
  },
  { name: "matmul vector x vector", variables: ({ a }) => ({ x: [a], y: [a] }), formula: ({ x, y }) => t.matmul(x, y) },
  {
    name: "matmul of scale and transpose",
    variables: ({ a, b, c }) => ({ x: [b, a], y: [b, c] }),
    formula: ({ x, y }) => t.matmul(t.transpose(t.scale(x, 3)), t.scale(y, 0.5)),
  },
)

const dense = ({ a, b, c }: Sizes) => ({ x: [a, b], W: [b, c], bias: [c], A: [b, 2], B: [2, c], U: [c, b] })
const layers: Case[] = [
  { name: "dense layer", variables: dense, formula: ({ x, W, bias }) => t.tanh(t.add(t.matmul(x, W), bias)) },
  {
    name: "dense layer with a low-rank update",
    variables: dense,
    formula: ({ x, W, bias, A, B }) =>
      t.tanh(t.add(t.add(t.matmul(x, W), bias), t.scale(t.matmul(t.matmul(x, A), B), 0.7))),
  },
  {
    name: "feed-forward block",
    variables: dense,
    formula: ({ x, W, bias, U }) => t.add(x, t.matmul(t.gelu(t.add(bias, t.matmul(x, W))), U)),
  },
  {
    name: "product of one scaled matrix with itself",
    variables: ({ a }) => ({ x: [a, a] }),
    formula: ({ x }) => t.add(t.matmul(t.gelu(x), t.gelu(x)), t.neg(t.matmul(x, x))),
  },
  {
    name: "attention of plain tensors",
    variables: ({ a, b, c }) => ({ q: [2, a, c], k: [2, b, c], v: [2, b, c] }),
    formula: ({ q, k, v }) => t.matmul(t.softmax(t.matmul(q, k, { transposeB: true })), t.scale(v, 0.7)),
  },
]

const shapes: Case[] = [
  one("transpose", ({ x }) => t.transpose(x)),
  one("transpose by a permutation", ({ x }) => t.exp(t.transpose(x, [2, 0, 1]))),
  one("reshape", ({ x }, { a, b, c }) => t.exp(t.reshape(x, [a * b, c]))),
  one("reshape -1", ({ x }, { c }) => t.exp(t.reshape(x, [c, -1]))),
  one("squeeze, unsqueeze", ({ x }) => t.exp(t.squeeze(t.unsqueeze(t.exp(x), 1), 1))),
  one("broadcastTo", ({ x }, { a, b, c, d }) => t.exp(t.broadcastTo(t.unsqueeze(x, 0), [d, a, b, c]))),
  one("slice", ({ x }, { b }) => t.exp(t.slice(x, 1, b - 1, b))),
  one("slice from the end", ({ x }) => t.exp(t.slice(x, -1, -1))),
  {
    name: "concat",
    variables: ({ a, b, c }) => ({ x: [a, b], y: [a, c] }),
    formula: ({ x, y }) => t.exp(t.concat([x, y, x], 1)),
  },
  {
    name: "stack",
    variables: ({ a, b }) => ({ x: [a, b], y: [a, b] }),
    formula: ({ x, y }) => t.exp(t.stack([x, y], 1)),
  },
]

const reductions: Case[] = ([undefined, 0, -1, [0, 2]] as const).flatMap((axis) =>
  [false, true].flatMap((keep) =>
    Object.entries({ sum: t.sum, mean: t.mean, max: t.max }).map(([name, reduce]) =>
      one(`${name} ${axis ?? "all"}${keep ? " keep" : ""}`, ({ x }) => t.exp(reduce(x, axis, keep))),
    ),
  ),
)

const normalizations: Case[] = [
  one("softmax", ({ x }) => t.softmax(x)),
  one("softmax of axis 0", ({ x }) => t.softmax(x, 0)),
  one("logSoftmax", ({ x }) => t.logSoftmax(x, 1)),
  {
    name: "layerNorm",
    variables: ({ a, b, c }) => ({ x: [a, b, c + 1], gain: [c + 1], bias: [c + 1] }),
    formula: ({ x, gain, bias }) => t.layerNorm(x, gain, bias, 0.05),
  },
  {
    name: "rmsNorm",
    variables: ({ a, b, c }) => ({ x: [a, b, c], gain: [c] }),
    formula: ({ x, gain }) => t.rmsNorm(x, gain, 0.05),
  },
  {
    name: "gradient of the gradient of rmsNorm",
    variables: ({ a, b, c }) => ({ x: [a, b, c], gain: [c] }),
    formula: ({ x, gain }) => t.grad(t.sum(t.tanh(t.rmsNorm(x, gain, 0.3))), [x])[0],
  },
]

const indexed = (s: Sizes, count: number, below: number): Tensor =>
  t.constant(
    Array.from({ length: count }, (_, i) => (s.seed + i * 7) % below),
    "int",
  )
const choices: Case[] = [
  {
    name: "gather",
    variables: ({ a, b }) => ({ x: [a, b] }),
    formula: ({ x }, s) => t.exp(t.gather(x, indexed(s, 5, s.a))),
  },
  {
    name: "scatterAdd",
    variables: ({ a, b }) => ({ x: [a, b], y: [5, b] }),
    formula: ({ x, y }, s) => t.exp(t.scatterAdd(x, indexed(s, 5, s.a), y)),
  },
  {
    name: "pick",
    variables: ({ a, b }) => ({ x: [a, b] }),
    formula: ({ x }, s) => t.exp(t.pick(x, indexed(s, s.a, s.b))),
  },
  {
    name: "oneHot",
    variables: ({ a }) => ({ x: [4, a] }),
    formula: ({ x }, s) => t.mul(x, t.oneHot(indexed(s, 4, s.a), s.a)),
  },
  one("argmax", ({ x }) => t.argmax(x), { discrete: true }),
  one("argmax of axis 0", ({ x }) => t.argmax(x, 0), { discrete: true }),
  one("rounded down", ({ x }) => t.rounded(x, "Floor"), { discrete: true }),
  one("rounded up", ({ x }) => t.rounded(x, "Ceil"), { discrete: true }),
  one("rounded to the nearest", ({ x }) => t.rounded(t.scale(x, 3), "Round"), { discrete: true }),
  one("sign", ({ x }) => t.rounded(x, "Sign"), { discrete: true }),
  one("topKMask", ({ x }, { c }) => t.topKMask(x, Math.min(2, c)), { discrete: true }),
  one("product with a mask of the k largest", ({ x }) => t.mul(x, t.topKMask(t.stopGradient(x), 1))),
]

const losses: Case[] = [
  {
    name: "crossEntropy",
    variables: ({ a, b }) => ({ x: [a, b] }),
    formula: ({ x }, s) => t.crossEntropy(x, indexed(s, s.a, s.b)),
  },
  {
    name: "crossEntropy with weights",
    variables: ({ a, b }) => ({ x: [a, b], w: [a] }),
    formula: ({ x, w }, s) => t.crossEntropy(x, indexed(s, s.a, s.b), w),
    range: [0.2, 1],
  },
  two("mse", t.mse),
  {
    name: "cosineSimilarity",
    variables: ({ a, b }) => ({ x: [a, b], y: [a, b] }),
    formula: ({ x, y }) => t.cosineSimilarity(x, y),
    range: [0.2, 1],
  },
  one("dropout", ({ x }) => t.dropout(x, 0.4, { training: true }, "drop")),
  one("gradient of a gradient", ({ x }) => t.grad(t.sum(t.exp(t.mul(t.tanh(x), x))), [x])[0]),
]

/** Formulas on a packed batch. `h` has rows of tokens, `v` and `M` of examples, the others none. */
const packedVariables = ({ a, b, c }: Sizes): Record<string, t.Shape> => ({
  h: ["tokens", a],
  k: ["tokens", a],
  v: ["examples", a],
  M: ["examples", a, b],
  g: ["examples", c],
  gt: ["tokens", c],
  W: [a, b],
  S: [c, a, b],
  E: [b, a],
  p: [a],
})
const packedCase = (
  name: string,
  formula: (v: Record<"h" | "k" | "v" | "M" | "g" | "gt" | "W" | "S" | "E" | "p", Tensor>) => Tensor,
  discrete = false,
): Case => ({
  name: `packed: ${name}`,
  variables: packedVariables,
  formula: ({ h, k, v, M, g, gt, ...plain }) =>
    formula({
      ...plain,
      h: asTokens(h),
      k: asTokens(k),
      v: asExamples(v),
      M: asExamples(M),
      g: asExamples(g),
      gt: asTokens(gt),
    } as never),
  bare: formula as never,
  discrete,
})

/** Formulas of one example that use no operator on sequences: they mean the same on plain tensors of visible shape. */
export const liftable: Case[] = [
  packedCase("tokens + example", ({ h, v }) => t.add(h, v)),
  packedCase("example - tokens", ({ h, v }) => t.sub(v, h)),
  packedCase("tokens * plain", ({ h, p }) => t.mul(h, p)),
  packedCase("example vector + plain matrix", ({ v, E }) => t.add(v, E)),
  packedCase("plain matrix * example vector * tokens", ({ v, p, h }) => t.mul(t.mul(p, v), h)),
  packedCase("tokens x plain matrix", ({ h, W }) => t.matmul(h, W)),
  packedCase("tokens x transposed plain matrix", ({ h, E }) => t.matmul(h, E, { transposeB: true })),
  packedCase("tokens x plain vector", ({ h, p }) => t.matmul(h, p)),
  packedCase("tokens x example vector", ({ h, v }) => t.matmul(h, v)),
  packedCase("tokens x example matrix", ({ h, M }) => t.matmul(h, M)),
  packedCase("tokens x transposed example matrix", ({ h, M }) => t.matmul(h, t.transpose(M), { transposeB: true })),
  packedCase("example vector x plain matrix", ({ v, W }) => t.matmul(v, W)),
  packedCase("example vector x transposed plain matrix", ({ v, E }) => t.matmul(v, E, { transposeB: true })),
  packedCase("plain matrix x example vector", ({ v, E }) => t.matmul(E, v)),
  packedCase("transposed plain matrix x example vector", ({ v, W }) => t.matmul(W, v, { transposeA: true })),
  packedCase("plain matrix x example matrix", ({ M, E }) => t.matmul(E, M)),
  packedCase("example matrix x plain matrix", ({ M, E }) => t.matmul(t.transpose(M), E, { transposeB: true })),
  packedCase("example vector x example matrix", ({ v, M }) => t.matmul(v, M)),
  packedCase("example matrix x example vector", ({ v, M }) => t.matmul(t.transpose(M), v)),
  packedCase("example vector x example vector", ({ v }) => t.matmul(v, t.exp(v))),
  packedCase("example vector x plain stack", ({ v, S }) => t.matmul(v, S)),
  packedCase("tokens x mixture", ({ h, g, S }) => t.matmul(h, t.mixture(g, S))),
  packedCase("tokens x mixture of tokens", ({ h, gt, S }) => t.matmul(h, t.mixture(gt, S))),
  packedCase("tokens x scaled, transposed mixture", ({ h, g, S }) =>
    t.matmul(h, t.transpose(t.scale(t.mixture(g, t.transpose(S)), 0.3))),
  ),
  packedCase("tokens x mixture with transposeB", ({ h, g, S }) =>
    t.matmul(h, t.div(t.neg(t.mixture(g, t.transpose(S))), 2), { transposeB: true }),
  ),
  packedCase("example x mixture", ({ v, g, S }) => t.matmul(v, t.mixture(g, S))),
  packedCase("mixture by itself", ({ g, S }) => t.tanh(t.mixture(g, S))),
  packedCase("tokens * mixture", ({ h, g, S }) => t.mul(h, t.mixture(g, t.sum(S, 2)))),
  packedCase("sums and means of visible axes", ({ h, M }) => t.add(t.mean(h, -1, true), t.sum(M, 1))),
  packedCase("max and softmax of visible axes", ({ M }) => t.mul(t.softmax(M, 0), t.max(M, 1, true))),
  packedCase("reshape and transpose", ({ M }) => t.reshape(t.transpose(M), [-1])),
  packedCase("concat of examples and plain", ({ v, p }) => t.exp(t.concat([v, p], 0))),
  packedCase("concat of tokens, examples and plain", ({ h, v, p }) =>
    t.exp(t.concat([h, h, t.mul(h, v), t.mul(h, p)], -1)),
  ),
  packedCase("stack and unsqueeze", ({ v, h }) => t.mul(t.unsqueeze(h, 1), t.stack([v, t.exp(v)]))),
  packedCase("root mean square norm of tokens with gain of examples", ({ h, v }) => t.rmsNorm(h, v, 0.05)),
  packedCase("layer norm of tokens with gain of examples", ({ h, v, p }) => t.layerNorm(h, v, p, 0.05)),
  packedCase("cosine similarity with plain rows", ({ v, E }) => t.cosineSimilarity(v, E)),
  packedCase("slice of examples", ({ M }) => t.exp(t.slice(M, 0, 0, 1))),
]

/** Formulas that use operators on sequences. */
export const sequential: Case[] = [
  packedCase("pool mean", ({ h }) => t.exp(t.pool("mean", h))),
  packedCase("pool cls", ({ h }) => t.exp(t.pool("cls", h))),
  packedCase("pool last", ({ h }) => t.exp(t.pool("last", h))),
  packedCase("spread", ({ v }) => t.exp(t.spread(v))),
  packedCase("toPadded and back", ({ h }) => t.fromPadded(t.tanh(t.toPadded(h)))),
  packedCase("attention, one head", ({ h, k }) => t.attention(h, k, t.mul(h, k), 1)),
  packedCase("attention, many heads", ({ h, k }) =>
    t.attention(t.concat([h, h], -1), t.concat([k, h], -1), t.concat([h, k], -1), 2),
  ),
  packedCase("attention, causal", ({ h, k }) => t.attention(h, k, h, 1, { causal: true })),
  packedCase("attention, stick-breaking, grouped, prefix with a mask", ({ h, k, M }) =>
    t.attention(t.concat([h, k], -1), k, h, 2, {
      weights: "stick_breaking",
      groups: 1,
      causal: true,
      prefix: { keys: t.transpose(M), values: t.transpose(M), mask: t.cast(t.greater(t.sum(M, 0), 0), "float") },
    }),
  ),
  packedCase("attention, window", ({ h, k }) => t.attention(h, k, h, 1, { window: 1 })),
  packedCase("attention, causal, window", ({ h, k }) => t.attention(h, k, h, 1, { causal: true, window: 1 })),
  packedCase("attention, grouped", ({ h, k }) =>
    t.attention(t.concat([h, k, h, k], -1), t.concat([k, h], -1), t.concat([h, k], -1), 4, { groups: 2, causal: true }),
  ),
  packedCase("attention, grouped, prefix with a mask", ({ h, k, M, p }) =>
    t.attention(t.concat([h, k], -1), k, h, 2, {
      groups: 1,
      prefix: { keys: t.transpose(M), values: t.transpose(M), mask: t.cast(t.greater(t.sum(M, 0), 0), "float") },
    }),
  ),
  packedCase("rotary", ({ h, k }) => {
    const x = t.concat([h, k, k, h], -1)
    const width = x.shape[1] as number
    return t.mul(t.rotary(x, positions, 2, t.rotaryFrequencies(width / 2, 10000)), x)
  }),
  packedCase("rotary by angles that are trained", ({ h, k }) =>
    t.withRows(rotate(t.concat([h, k], -1), t.cos(h), t.sin(k)), tokens),
  ),
  packedCase("attention, prefix", ({ h, k, E }) => t.attention(h, k, h, 1, { prefix: { keys: E, values: t.exp(E) } })),
  packedCase("attention, prefix of an example, causal", ({ h, k, M }) =>
    t.attention(h, k, h, 1, { causal: true, prefix: { keys: t.transpose(M), values: t.transpose(M) } }),
  ),
  packedCase("attention, prefix of each token, grouped", ({ h, k, gt, S }) => {
    const own = t.transpose(t.mixture(gt, S))
    return t.attention(t.concat([h, k], -1), k, h, 2, { groups: 1, prefix: { keys: own, values: t.tanh(own) } })
  }),
  packedCase("tokens x a matrix of each token", ({ h, gt, S }) => t.matmul(h, t.tanh(t.mixture(gt, S)))),
  packedCase("tokens x a mixture of placed values", ({ h, g, p }) => {
    const width = h.shape[1] as number
    const places = t.constant([0, width * width - 1], "int")
    const stack = t.concat([t.unsqueeze(t.slice(p, 0, 0, 1), 0), t.unsqueeze(t.slice(p, 0, -1), 0)], 1)
    const modules = g.shape[1] as number
    return t.matmul(h, t.placed(t.mixture(g, t.broadcastTo(stack, [modules, 2])), places, [width, width]))
  }),
  packedCase("tokens x placed values", ({ h, p }) => {
    const width = h.shape[1] as number
    const places = t.constant(
      Array.from({ length: width }, (_, i) => i * width),
      "int",
    )
    return t.matmul(h, t.placed(p, places, [width, width]))
  }),
]

const batchwise: Case[] = [
  packedCase("loss over examples", ({ v, p }) => t.overExamples(t.mul(t.mul(v, v), p))),
  packedCase("mse over tokens", ({ h, v }) => t.mse(h, v)),
  packedCase("sum over examples", ({ M }) => t.overExamples(t.exp(M), "sum")),
]

export const cases: readonly Case[] = [
  ...pointwise,
  ...arithmetic,
  ...products,
  ...layers,
  ...shapes,
  ...reductions,
  ...normalizations,
  ...choices,
  ...losses,
  ...liftable,
  ...sequential,
  ...batchwise,
]
