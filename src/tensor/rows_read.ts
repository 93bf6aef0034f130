/**
 * Only the rows that are read: where nothing but gather(f(x), index) reads f(x), it becomes f(gather(x, index)). So a
 * network whose head reads one token of a text computes queries, feed-forward and norms of its last block for that
 * token alone, backward too; keys and values stay whole, since that token sees all others.
 */
import { type Choice, choiceOf, cut, keyOf } from "./chosen.ts"
import { descend } from "./descent.ts"
import { isLeaf, type Tensor } from "./tensor.ts"

interface Wanted {
  whole: boolean
  readonly at: Map<string, Choice>
}

/** The same values; `order` holds every node that the roots need, inputs before readers. */
export const rowsRead = (roots: readonly Tensor[], order: readonly Tensor[]): readonly Tensor[] => {
  if (!order.some(choiceOf)) return roots
  const wanted = wantedOf(roots, order)
  const wholes = new Map<Tensor, Tensor>()
  const parts = new Map<Tensor, Map<string, Tensor>>()
  const wholeOf = (x: Tensor): Tensor => wholes.get(x) ?? x
  const imageOf = (of: Tensor, choice: Choice | undefined): Tensor =>
    choice ? (parts.get(of)?.get(keyOf(choice)) as Tensor) : wholeOf(of)
  for (const node of order) {
    const want = wanted.get(node)
    if (!want) continue
    if (want.whole) wholes.set(node, wholeAgain(node, wholeOf, imageOf))
    const images = new Map<string, Tensor>()
    for (const [key, choice] of want.at) {
      const descent = want.whole ? undefined : descend(node, choice)
      images.set(
        key,
        descent
          ? descent.build(descent.reads.map(({ of, choice }) => imageOf(of, choice)))
          : cut(wholeOf(node), choice),
      )
    }
    parts.set(node, images)
  }
  return roots.map(wholeOf)
}

/** What is read of each node. Readers come first, so that a node is met when all of them are known. */
const wantedOf = (roots: readonly Tensor[], order: readonly Tensor[]): ReadonlyMap<Tensor, Wanted> => {
  const wanted = new Map<Tensor, Wanted>()
  const want = (x: Tensor, choice: Choice | undefined) => {
    const known = wanted.get(x) ?? { whole: false, at: new Map<string, Choice>() }
    if (choice) known.at.set(keyOf(choice), choice)
    else known.whole = true
    wanted.set(x, known)
  }
  for (const root of roots) want(root, undefined)
  for (const node of order.toReversed()) {
    const known = wanted.get(node)
    if (!known) continue
    const descents = known.whole ? [] : [...known.at.values()].map((choice) => descend(node, choice))
    if (descents.includes(undefined)) known.whole = true
    if (known.whole) node.inputs.forEach((x, i) => want(x, i === 0 ? choiceOf(node) : undefined))
    else for (const descent of descents) for (const { of, choice } of descent?.reads ?? []) want(of, choice)
  }
  return wanted
}

const wholeAgain = (
  node: Tensor,
  wholeOf: (x: Tensor) => Tensor,
  imageOf: (x: Tensor, choice: Choice | undefined) => Tensor,
): Tensor => {
  if (isLeaf(node)) return node
  const choice = choiceOf(node)
  if (choice) {
    const image = imageOf(node.inputs[0], choice)
    const same = image.op === "gather" && image.inputs.every((x, i) => x === node.inputs[i])
    return same ? node : node.rows ? { ...image, rows: node.rows } : image
  }
  const inputs = node.inputs.map(wholeOf)
  return inputs.every((x, i) => x === node.inputs[i]) ? node : { ...node, inputs }
}
