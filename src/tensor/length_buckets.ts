/**
 * Attention in length buckets: over examples of like length at a time. On the padded shape a batch pays for its longest text squared,
 * with each text; in buckets, each pays for the longest of its own. Values stay the same.
 */
import { sameShape } from "./dimension.ts"
import { toHeads } from "./operators/heads.ts"
import { type Bucket, bucketShape, fromBuckets, inBucket } from "./operators/length_buckets.ts"
import { type Program, program } from "./program.ts"
import { type Readers, readersOf } from "./readers.ts"
import { isLeaf, type Tensor } from "./tensor.ts"

/** More buckets leave less padding, and longer programs to compile. */
const BUCKETS: readonly Bucket[] = Array.from({ length: 4 }, (_, index) => ({ index, count: 4 }))
/** Narrower states are too little work to be taken apart. */
const LEAST_WIDTH = 128

/** Attention in one layer, forward and backward: what lies between the ways to heads and back. */
interface Padded {
  readonly nodes: ReadonlySet<Tensor>
  readonly mask: Tensor
}

export const inBuckets = (source: Program): Program => {
  const all = paddedOf(source)
  if (all.length === 0) return source
  const within = new Map(all.flatMap((one) => [...one.nodes].map((x) => [x, one.mask] as const)))
  const wholes = new Map<Tensor, Tensor>()
  const parts = BUCKETS.map(() => new Map<Tensor, Tensor>())

  const whole = (x: Tensor): Tensor => {
    const known = wholes.get(x)
    if (known) return known
    const [y, unpad] = x.inputs
    const mask = x.op === "fromHeads" ? within.get(y) : undefined
    const made = mask
      ? fromBuckets(
          BUCKETS.map((bucket) => part(y, mask, bucket)),
          mask,
          whole(unpad),
        )
      : again(x, x.inputs.map(whole))
    wholes.set(x, made)
    return made
  }
  const part = (x: Tensor, mask: Tensor, bucket: Bucket): Tensor => {
    const known = parts[bucket.index].get(x)
    if (known) return known
    const made = within.has(x) ? ofBucket(x, mask, bucket) : isMask(x) ? ofMask(x, mask, bucket) : whole(x)
    parts[bucket.index].set(x, made)
    return made
  }
  const ofBucket = (x: Tensor, mask: Tensor, bucket: Bucket): Tensor => {
    const { heads, full } = x.attributes as { heads: number; full: boolean }
    if (x.op === "toHeads") return toHeads(whole(x.inputs[0]), inBucket(whole(x.inputs[1]), mask, bucket), heads, full)
    const inputs = x.inputs.map((y) => part(y, mask, bucket))
    return again(x, inputs, bucket)
  }
  const ofMask = (x: Tensor, mask: Tensor, bucket: Bucket): Tensor =>
    again(x, [inBucket(whole(x.inputs[0]), mask, bucket)], bucket)

  for (const node of source.nodes) if (!within.has(node)) whole(node)
  return program(Object.fromEntries(Object.entries(source.outputs).map(([name, x]) => [name, whole(x)])))
}

/** The node of the whole batch, or of a bucket, which may be empty. */
const again = (x: Tensor, inputs: readonly Tensor[], bucket?: Bucket): Tensor => {
  if (!bucket) return inputs.every((y, i) => y === x.inputs[i]) ? x : { ...x, inputs }
  const shape = bucketShape(x.shape, bucket)
  return x.op === "reshape" ? { ...x, inputs, shape, attributes: { shape, mayBeEmpty: true } } : { ...x, inputs, shape }
}

const INSIDE: ReadonlySet<string> = new Set("matmul add sub mul scale neg sum softmax reshape".split(" "))

/** [examples, 1, 1, length] of [examples, length]: what scores lose where there is no key. */
const isMask = ({ op, inputs: [x], shape }: Tensor): boolean =>
  op === "reshape" && shape.length === 4 && x.shape.length === 2 && shape[0] === x.shape[0] && shape[3] === x.shape[1]

/** The same for all examples and places. */
const isPlain = ({ shape }: Tensor): boolean => shape.every((dim) => typeof dim === "number")

const paddedOf = ({ nodes, inputs, outputs }: Program): readonly Padded[] => {
  const readers = readersOf(nodes)
  const given = new Set(Object.values(outputs))
  const masks = new Map(inputs.map((x) => [x.attributes.name as string, x]))
  const layers = new Map<Tensor, Set<Tensor>>()
  for (const node of nodes) {
    const own = node.inputs.filter((x) => layers.has(x))
    const inside = INSIDE.has(node.op) && own.length > 0 && node.shape.length > 3
    if (node.op !== "toHeads" && !inside) continue
    const merged = new Set<Tensor>([node])
    for (const x of own) for (const one of layers.get(x) ?? []) merged.add(one)
    for (const one of merged) layers.set(one, merged)
  }
  return [...new Set(layers.values())].flatMap((layer) => {
    const starts = [...layer].filter(({ op }) => op === "toHeads")
    const [mask, ...others] = new Set(starts.map((x) => masks.get(maskName(x))))
    const wide = ({ inputs: [x, pad] }: Tensor) =>
      Number(x.shape[1]) >= LEAST_WIDTH && sameShape(pad.shape, mask?.shape ?? [])
    if (!mask || others.length > 0 || !starts.every(wide)) return []
    return [...layer].every((x) => !given.has(x) && fits(x, layer, readers)) ? [{ nodes: layer, mask }] : []
  })
}

/** Of what it reads and of what reads it nothing is left out that would have to be taken apart. */
const fits = (x: Tensor, layer: ReadonlySet<Tensor>, readers: Readers): boolean =>
  (readers.get(x) ?? []).every((reader) => layer.has(reader) || reader.op === "fromHeads") &&
  (x.op === "toHeads" || x.inputs.every((y) => layer.has(y) || isPlain(y) || isMask(y)))

/** The feed that says which places of a text have a token, beside the one that says which they are. */
const maskName = ({ inputs: [, pad] }: Tensor): string => {
  const leaf = isLeaf(pad) ? pad : pad.inputs[0]
  return String(leaf.attributes.name).replace(/pad$/, "mask")
}
