/**
 * Attention in groups of examples of like length. On the padded shape a batch pays for its longest text squared, with each text;
 * in groups, each pays for the longest of its own. Values stay the same.
 */
import { sameShape } from "./dimension.ts"
import { fromGroups, type Group, groupedBy, groupShape } from "./operators/example_groups.ts"
import { toHeads } from "./operators/heads.ts"
import { type Program, program } from "./program.ts"
import { type Readers, readersOf } from "./readers.ts"
import { isLeaf, type Tensor } from "./tensor.ts"

/** More groups leave less padding, and longer programs to compile. */
const GROUPS: readonly Group[] = Array.from({ length: 4 }, (_, index) => ({ index, count: 4 }))
/** Narrower states are too little work to be taken apart. */
const LEAST_WIDTH = 128

/** Attention in one layer, forward and backward: what lies between the ways to heads and back. */
interface Padded {
  readonly nodes: ReadonlySet<Tensor>
  readonly mask: Tensor
}

export const inGroups = (source: Program): Program => {
  const all = paddedOf(source)
  if (all.length === 0) return source
  const within = new Map(all.flatMap((one) => [...one.nodes].map((x) => [x, one.mask] as const)))
  const wholes = new Map<Tensor, Tensor>()
  const parts = GROUPS.map(() => new Map<Tensor, Tensor>())

  const whole = (x: Tensor): Tensor => {
    const known = wholes.get(x)
    if (known) return known
    const [y, unpad] = x.inputs
    const mask = x.op === "fromHeads" ? within.get(y) : undefined
    const made = mask
      ? fromGroups(
          GROUPS.map((group) => part(y, mask, group)),
          mask,
          whole(unpad),
        )
      : again(x, x.inputs.map(whole))
    wholes.set(x, made)
    return made
  }
  const part = (x: Tensor, mask: Tensor, group: Group): Tensor => {
    const known = parts[group.index].get(x)
    if (known) return known
    const made = within.has(x) ? ofGroup(x, mask, group) : isMask(x) ? ofMask(x, mask, group) : whole(x)
    parts[group.index].set(x, made)
    return made
  }
  const ofGroup = (x: Tensor, mask: Tensor, group: Group): Tensor => {
    const { heads, full } = x.attributes as { heads: number; full: boolean }
    if (x.op === "toHeads") return toHeads(whole(x.inputs[0]), groupedBy(whole(x.inputs[1]), mask, group), heads, full)
    const inputs = x.inputs.map((y) => part(y, mask, group))
    return again(x, inputs, group)
  }
  const ofMask = (x: Tensor, mask: Tensor, group: Group): Tensor =>
    again(x, [groupedBy(whole(x.inputs[0]), mask, group)], group)

  for (const node of source.nodes) if (!within.has(node)) whole(node)
  return program(Object.fromEntries(Object.entries(source.outputs).map(([name, x]) => [name, whole(x)])))
}

/** The node of the whole batch, or of a group, which may be empty. */
const again = (x: Tensor, inputs: readonly Tensor[], group?: Group): Tensor => {
  if (!group) return inputs.every((y, i) => y === x.inputs[i]) ? x : { ...x, inputs }
  const shape = groupShape(x.shape, group)
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
  const groups = new Map<Tensor, Set<Tensor>>()
  for (const node of nodes) {
    const own = node.inputs.filter((x) => groups.has(x))
    const inside = INSIDE.has(node.op) && own.length > 0 && node.shape.length > 3
    if (node.op !== "toHeads" && !inside) continue
    const merged = new Set<Tensor>([node])
    for (const x of own) for (const one of groups.get(x) ?? []) merged.add(one)
    for (const one of merged) groups.set(one, merged)
  }
  return [...new Set(groups.values())].flatMap((group) => {
    const starts = [...group].filter(({ op }) => op === "toHeads")
    const [mask, ...others] = new Set(starts.map((x) => masks.get(maskName(x))))
    const wide = ({ inputs: [x, pad] }: Tensor) =>
      Number(x.shape[1]) >= LEAST_WIDTH && sameShape(pad.shape, mask?.shape ?? [])
    if (!mask || others.length > 0 || !starts.every(wide)) return []
    return [...group].every((x) => !given.has(x) && fits(x, group, readers)) ? [{ nodes: group, mask }] : []
  })
}

/** Of what it reads and of what reads it nothing is left out that would have to be taken apart. */
const fits = (x: Tensor, group: ReadonlySet<Tensor>, readers: Readers): boolean =>
  (readers.get(x) ?? []).every((reader) => group.has(reader) || reader.op === "fromHeads") &&
  (x.op === "toHeads" || x.inputs.every((y) => group.has(y) || isPlain(y) || isMask(y)))

/** The feed that says which places of a text have a token, beside the one that says which they are. */
const maskName = ({ inputs: [, pad] }: Tensor): string => {
  const leaf = isLeaf(pad) ? pad : pad.inputs[0]
  return String(leaf.attributes.name).replace(/pad$/, "mask")
}
