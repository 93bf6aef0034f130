/**
 * Noise of an author's formula, named after the place where the formula stands. The same formula is used at every
 * site or block; without a place in their names all of them would draw the same numbers.
 */
import { isLeaf, type Tensor } from "./tensor.ts"

/** Leaves that have a place already: those of lower blocks, which a formula reads through its inputs. */
const placed = new WeakSet<Tensor>()

/** The formula with each of its own `uniform("x", ..)` renamed to "<place>/x". */
export const noiseAt = (place: string, formula: Tensor): Tensor =>
  renamed(formula, [], (leaf) => {
    const result = named(place, leaf)
    placed.add(result)
    return result
  })

/** The formula of one of several parts that stand at the same place, which is named later: what it adds to what it is given. */
export const noiseOfPart = (part: string, formula: Tensor, given: readonly Tensor[]): Tensor =>
  renamed(formula, given, (leaf) => named(part, leaf))

const renamed = (formula: Tensor, given: readonly Tensor[], image: (leaf: Tensor) => Tensor): Tensor => {
  const images = new Map<Tensor, Tensor>(given.map((x) => [x, x]))
  const stack = [formula]
  for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
    const waiting = images.has(node) ? [] : node.inputs.filter((x) => !images.has(x))
    if (waiting.length > 0) {
      stack.push(...waiting)
      continue
    }
    stack.pop()
    if (!images.has(node)) images.set(node, imageOf(node, images, image))
  }
  return images.get(formula) as Tensor
}

const imageOf = (node: Tensor, images: ReadonlyMap<Tensor, Tensor>, image: (leaf: Tensor) => Tensor): Tensor => {
  if (isLeaf(node)) return node.op === "uniform" && !placed.has(node) ? image(node) : node
  const inputs = node.inputs.map((x) => images.get(x) as Tensor)
  return inputs.every((x, i) => x === node.inputs[i]) ? node : { ...node, inputs }
}

const named = (place: string, leaf: Tensor): Tensor => ({
  ...leaf,
  attributes: { ...leaf.attributes, name: `${place}/${leaf.attributes.name}` },
})
