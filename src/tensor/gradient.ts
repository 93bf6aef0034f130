/**
 * Reverse-mode differentiation. The gradient of a graph is a graph: adjoints are built from the loss back to the
 * variables with the same operators, so a gradient can be used in any formula, and differentiated again.
 */
import { canonical, postorder } from "./canonical.ts"
import { sameShape, showShape } from "./dimension.ts"
import { GradientError, ShapeError } from "./errors.ts"
import { constant } from "./leaves.ts"
import { add } from "./operators/arithmetic.ts"
import { broadcastTo } from "./operators/broadcasting.ts"
import { operatorOf } from "./operators/table.ts"
import { describe, withRows } from "./rows.ts"
import { isLeaf, type Tensor } from "./tensor.ts"

/** d loss / d x for each x. The loss is one number. Zeros where the loss does not depend on x. */
export const grad = (loss: Tensor, wrt: readonly Tensor[]): Tensor[] => {
  if (loss.shape.length !== 0 || loss.rows || loss.dtype !== "float")
    throw new ShapeError(
      "grad",
      `the loss is ${loss.dtype} ${describe(loss)}`,
      "reduce it to one float, for example with overExamples(loss)",
    )
  const [root, ...variables] = canonical([loss, ...wrt])
  const order = postorder([root])
  const active = dependents(order, new Set(variables))
  const adjoints = new Map<Tensor, Tensor>([[root, constant(1)]])
  for (const node of order.toReversed()) {
    const gradient = adjoints.get(node)
    if (gradient === undefined || isLeaf(node)) continue
    const wanted = node.inputs.map((x) => active.has(x) && !operatorOf(node.op).stopsGradient)
    if (!wanted.includes(true)) continue
    const rule = operatorOf(node.op).gradient
    if (rule === undefined) throw missing(root, node, active)
    rule({ node, gradient, wanted }).forEach((contribution, i) => {
      if (contribution === undefined || !wanted[i]) return
      const x = node.inputs[i]
      if (!sameShape(contribution.shape, x.shape))
        throw new Error(
          `the gradient of \`${node.op}\` has shape ${showShape(contribution.shape)}, not ${showShape(x.shape)}`,
        )
      const sofar = adjoints.get(x)
      adjoints.set(x, sofar ? add(sofar, contribution) : contribution)
    })
  }
  return variables.map((x, i) => withRows(adjoints.get(x) ?? broadcastTo(constant(0), x.shape), wrt[i].rows))
}

/** The float nodes whose value depends smoothly on a variable. Integers and conditions have no gradient by their nature. */
const dependents = (order: readonly Tensor[], variables: ReadonlySet<Tensor>): ReadonlySet<Tensor> => {
  const active = new Set<Tensor>()
  for (const node of order) {
    const through = () => !isLeaf(node) && !operatorOf(node.op).stopsGradient && node.inputs.some((x) => active.has(x))
    if (node.dtype === "float" && (variables.has(node) || through())) active.add(node)
  }
  return active
}

const missing = (root: Tensor, node: Tensor, active: ReadonlySet<Tensor>): GradientError => {
  const reaches = new Set<Tensor>([node])
  for (const x of postorder([root])) if (x.inputs.some((y) => reaches.has(y))) reaches.add(x)
  const path: string[] = []
  for (
    let at: Tensor | undefined = root;
    at !== undefined && at !== node;
    at = at.inputs.find((x) => reaches.has(x) && active.has(x))
  )
    path.push(at.op)
  const below: string[] = []
  let variable = node
  for (let at = node.inputs.find((x) => active.has(x)); at; at = at.inputs.find((x) => active.has(x))) {
    below.push(at.op)
    variable = at
  }
  const { origin } = node.attributes as { origin?: string }
  return new GradientError(
    node.op,
    [...path, node.op],
    origin === undefined
      ? "put stopGradient around its input, or use a smooth operator"
      : "attach adapters after it alone, or take a model without it",
    { below, variable: variable.attributes.name as string | undefined, origin },
  )
}
