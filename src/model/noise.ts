/**
 * Noise of an author's formula, named after the place where the formula stands. The same formula is used at every
 * site or block; without a place in their names all of them would draw the same numbers.
 */
import { isLeaf, type Tensor } from "../tensor/index.ts"

/** Leaves that have a place already: those of lower blocks, which a formula reads through its inputs. */
const placed = new WeakSet<Tensor>()

/** The formula with each of its own `uniform("x", ..)` renamed to "<place>/x". */
export const noiseAt = (place: string, formula: Tensor): Tensor => {
  const images = new Map<Tensor, Tensor>()
  const stack = [formula]
  for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
    const waiting = images.has(node) ? [] : node.inputs.filter((x) => !images.has(x))
    if (waiting.length > 0) {
      stack.push(...waiting)
      continue
    }
    stack.pop()
    if (!images.has(node)) images.set(node, image(place, node, images))
  }
  return images.get(formula) as Tensor
}

const image = (place: string, node: Tensor, images: ReadonlyMap<Tensor, Tensor>): Tensor => {
  if (isLeaf(node)) return node.op === "uniform" && !placed.has(node) ? named(place, node) : node
  const inputs = node.inputs.map((x) => images.get(x) as Tensor)
  return inputs.every((x, i) => x === node.inputs[i]) ? node : { ...node, inputs }
}

const named = (place: string, leaf: Tensor): Tensor => {
  const result = { ...leaf, attributes: { ...leaf.attributes, name: `${place}/${leaf.attributes.name}` } }
  placed.add(result)
  return result
}
