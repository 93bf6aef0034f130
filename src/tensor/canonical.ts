/** One node for equal formulas: merges nodes of one operator, one set of attributes and the same inputs. */
import { sameShape, showShape } from "./dimension.ts"
import { ShapeError } from "./errors.ts"
import { operatorOf } from "./operators/table.ts"
import { rowsRead } from "./rows_read.ts"
import { isLeaf, type Tensor } from "./tensor.ts"

/** Every node that the roots need, inputs before readers. Deep graphs are no problem: there is no recursion. */
export const postorder = (
  roots: readonly Tensor[],
  inputsOf: (x: Tensor) => readonly Tensor[] = (x) => x.inputs,
): Tensor[] => {
  const order: Tensor[] = []
  const seen = new Set<Tensor>()
  for (const root of roots) {
    const stack: { readonly node: Tensor; next: number }[] = []
    const enter = (node: Tensor) => {
      if (seen.has(node)) return
      seen.add(node)
      stack.push({ node, next: 0 })
    }
    enter(root)
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const inputs = inputsOf(top.node)
      if (top.next < inputs.length) enter(inputs[top.next++])
      else {
        order.push(top.node)
        stack.pop()
      }
    }
  }
  return order
}

/**
 * The roots, rebuilt so that equal formulas are one object and only the rows that are read are computed; operators that
 * stand for a formula become that formula.
 */
export const canonical = (all: readonly Tensor[]): Tensor[] => {
  const roots = rowsRead(all, postorder(all))
  const formulas = new Map<Tensor, readonly Tensor[]>()
  const inputsOf = (x: Tensor): readonly Tensor[] => {
    if (isLeaf(x)) return x.inputs
    const { expand } = operatorOf(x.op)
    if (expand === undefined) return x.inputs
    const formula = formulas.get(x) ?? [expand(x)]
    formulas.set(x, formula)
    return formula
  }
  const table = new Map<string, Tensor>()
  const ids = new Map<Tensor, number>()
  const image = new Map<Tensor, Tensor>()
  for (const node of postorder(roots, inputsOf)) {
    const formula = formulas.get(node)
    if (formula) {
      image.set(node, image.get(formula[0]) as Tensor)
      continue
    }
    const inputs = node.inputs.map((x) => image.get(x) as Tensor)
    const key = isLeaf(node)
      ? leafKey(node)
      : `${node.op}(${inputs.map((x) => ids.get(x)).join()})${JSON.stringify(node.attributes)}`
    let one = table.get(key)
    if (one === undefined) {
      one = inputs.every((x, i) => x === node.inputs[i]) ? node : { ...node, inputs }
      table.set(key, one)
      ids.set(one, ids.size)
    } else if (isLeaf(node)) mustAgree(one, node)
    image.set(node, one)
  }
  return roots.map((root) => image.get(root) as Tensor)
}

const leafKey = (x: Tensor): string =>
  x.op === "constant"
    ? `${x.dtype}${showShape(x.shape)}${(x.attributes.values as number[]).join()}`
    : `${x.op} ${x.attributes.name}`

const mustAgree = (one: Tensor, other: Tensor): void => {
  if (!sameShape(one.shape, other.shape) || one.dtype !== other.dtype || one.attributes.host !== other.attributes.host)
    throw new ShapeError(
      `${one.op} "${one.attributes.name}"`,
      `is declared twice, as ${one.dtype} ${showShape(one.shape)} and as ${other.dtype} ${showShape(other.shape)}`,
      "give each value a name of its own",
    )
}
