/**
 * Rotary positions: what is computed from x [examples, length, heads * d] in heads of their own is x turned by angles
 * that grow with the position. Node `Rotary`: x -> the same shape; heads are set apart again after it.
 */
import { type Draft, evaluatedStretch } from "../draft.ts"
import { countOf, type Numbers, whole } from "../numbers.ts"
import type { Node } from "../read.ts"
import { oneText, SAMPLES, type Sample } from "../samples.ts"
import { drawn } from "./drawn.ts"
import { needed, stretchFrom } from "./stretch.ts"

const PARTS = new Set([
  "Add",
  "Cast",
  "Concat",
  "Mul",
  "Neg",
  "Reshape",
  "Slice",
  "Split",
  "Sub",
  "Transpose",
  "Unsqueeze",
])

export const withRotary = (draft: Draft): Draft =>
  draft.nodes
    .filter(({ op, outputs }) => (op === "Linear" || op === "Norm") && heads(draft, outputs[0]))
    .reduce((sofar, { outputs }) => folded(sofar, outputs[0]), draft)

/** A state whose heads some reader sets apart. */
const heads = (draft: Draft, value: string): boolean =>
  draft.dims(value).length === 4 || draft.readers(value).some(({ op }) => op === "Reshape")

const folded = (draft: Draft, x: string): Draft => {
  const stretch = stretchFrom(draft, x, ({ op }) => PARTS.has(op))
  if (!stretch.some(({ op }) => op === "Mul") || !stretch.some(({ op }) => op === "Concat")) return draft
  const shape = draft.shapeAt(x, SAMPLES[0])
  for (const node of stretch.toReversed()) {
    const [y] = node.outputs
    const dims = draft.dims(y)
    if (node.op !== "Add" || dims.length !== 4 || typeof dims[3] !== "number") continue
    const turned = dims[2] === "length"
    const count = dims[turned ? 1 : 2]
    if (typeof count !== "number" || count * dims[3] !== countOf(shape.slice(2))) continue
    const frequencies = frequenciesOf(draft, needed(stretch, y), x, y, turned)
    if (frequencies) return withNodes(draft, node, x, { turned, count, width: dims[3], frequencies })
  }
  return draft
}

/** Radians per position of each pair, where y is x turned by them. */
const frequenciesOf = (
  draft: Draft,
  within: readonly Node[],
  x: string,
  y: string,
  turned: boolean,
): readonly number[] | undefined => {
  const anglesAt = (sample: Sample, position: number): readonly number[] | undefined => {
    const given = drawn(1, [sample.batch, sample.length, ...draft.shapeAt(x, SAMPLES[0]).slice(2)])
    const result = evaluatedStretch(draft, within, new Map([[x, given]]), sample).get(y) as Numbers
    return angles(given, result, turned, sample, position)
  }
  const first = anglesAt(SAMPLES[0], 1)
  const second = first && refined(first, anglesAt(SAMPLES[0], 6), 6)
  return (
    second &&
    (refined(
      second,
      attempt(() => anglesAt(oneText(61), 60)),
      60,
    ) ??
      second)
  )
}

/** Frequencies from the angles at a far position, of which each is known up to whole turns. */
const refined = (
  frequencies: readonly number[],
  found: readonly number[] | undefined,
  position: number,
): readonly number[] | undefined => {
  const better = found?.map((angle, i) => {
    const turns = Math.round((position * frequencies[i] - angle) / (2 * Math.PI))
    return (angle + 2 * Math.PI * turns) / position
  })
  return better?.every((f, i) => Math.abs(f - frequencies[i]) < 1e-4) ? better : undefined
}

/** A text may be longer than the tables of the file. */
const attempt = <A>(make: () => A): A | undefined => {
  try {
    return make()
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** The angle by which each pair of features (i, i + d/2) is turned at a position, the same in all examples and heads. */
const angles = (
  { data: x }: Numbers,
  { shape, data: y }: Numbers,
  turned: boolean,
  { batch, length }: Sample,
  position: number,
): readonly number[] | undefined => {
  const [count, width] = [shape[turned ? 1 : 2], shape[3]]
  const half = width / 2
  const at = (e: number, h: number) =>
    (turned ? (e * count + h) * length + position : (e * length + position) * count + h) * width
  const from = (e: number, h: number) => ((e * length + position) * count + h) * width
  const found: number[] = []
  for (let i = 0; i < half; i++) {
    for (let e = 0; e < batch; e++)
      for (let h = 0; h < count; h++) {
        const [a, b] = [x[from(e, h) + i], x[from(e, h) + half + i]]
        const [c, d] = [y[at(e, h) + i], y[at(e, h) + half + i]]
        const angle = Math.atan2(a * d - b * c, a * c + b * d)
        found[i] ??= angle
        const apart = Math.abs(Math.cos(angle) - Math.cos(found[i])) + Math.abs(Math.sin(angle) - Math.sin(found[i]))
        if (!(apart < 1e-4) || Math.abs(a * a + b * b - c * c - d * d) > 1e-4) return undefined
      }
  }
  return found
}

const withNodes = (
  draft: Draft,
  last: Node,
  x: string,
  {
    turned,
    count,
    width,
    frequencies,
  }: { turned: boolean; count: number; width: number; frequencies: readonly number[] },
): Draft => {
  const { name } = last
  const [y] = last.outputs
  const flat = draft.declare(`${y}/flat`, (sample) => [sample.batch, sample.length, count * width])
  const apart = draft.declare(`${y}/heads`, (sample) => [sample.batch, sample.length, count, width])
  const joined =
    draft.dims(x).length === 4
      ? draft.declare(`${y}/joined`, (sample) => [sample.batch, sample.length, count * width])
      : x
  const [split, join] = [
    draft.add(`${y}/split`, whole([0, 0, count, width])),
    draft.add(`${y}/join`, whole([0, 0, count * width])),
  ]
  const nodes: Node[] = [
    ...(joined === x ? [] : [{ op: "Reshape", name, inputs: [x, join], outputs: [joined], attributes: {} }]),
    { op: "Rotary", name, inputs: [joined], outputs: [flat], attributes: { heads: count, frequencies } },
    { op: "Reshape", name, inputs: [flat, split], outputs: [turned ? apart : y], attributes: {} },
    ...(turned ? [{ op: "Transpose", name, inputs: [apart], outputs: [y], attributes: { perm: [0, 2, 1, 3] } }] : []),
  ]
  return draft.with(draft.nodes.flatMap((node) => (node === last ? nodes : [node])))
}
