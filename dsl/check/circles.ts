/** Declarations that name others of their own kind, as a stack of adapters does: none may be a part of itself. */

import { diagnose } from "../diagnostics/catalogue.ts"
import type { Context } from "../names/context.ts"
import { placeOf } from "../options/places.ts"
import type { DeclarationNode, ValueNode } from "../syntax/ast.ts"

interface Step {
  readonly node: DeclarationNode
  /** What it names that is still to be seen. */
  readonly waiting: DeclarationNode[]
}

/** Reports each circle once, at the declaration that closes it. A chain may be long, so it is walked without recursion. */
export const reportCircles = (declarations: readonly DeclarationNode[], context: Context): void => {
  const done = new Set<DeclarationNode>()
  for (const first of declarations) {
    if (done.has(first)) continue
    /** From the first declaration down. */
    const path: Step[] = [{ node: first, waiting: [...namedBy(first, context)] }]
    const onPath = new Set([first])
    for (let last = path.at(-1); last; last = path.at(-1)) {
      const next: DeclarationNode | undefined = last.waiting.shift()
      if (!next) {
        path.pop()
        onPath.delete(last.node)
        done.add(last.node)
      } else if (onPath.has(next)) {
        const nodes = path.map(({ node }) => node)
        report(nodes.slice(nodes.indexOf(next)), context)
      } else if (!done.has(next)) {
        path.push({ node: next, waiting: [...namedBy(next, context)] })
        onPath.add(next)
      }
    }
  }
}

const report = (circle: readonly DeclarationNode[], { scope, report: to }: Context): void => {
  const names = [...circle, circle[0]].map(({ name }) => scope.writtenOf(name!.text))
  const others = circle.slice(0, -1).map(({ name }) => ({ span: name!.span, message: "on the circle" }))
  to(
    diagnose(
      "L2R0306",
      circle.at(-1)!.name!.span,
      { path: names, by: circle[0].kind === "adapter" ? "member" : "from" },
      { related: others },
    ),
  )
}

/** The declarations of its own kind that the options of a declaration name. */
const namedBy = (node: DeclarationNode, { scope, resolve }: Context): readonly DeclarationNode[] => {
  const { settings, entry } = resolve(node)
  return [...settings.values()].flatMap(({ key, value }) => {
    const { kinds } = placeOf(node.kind, key.text, entry)
    if (!node.name || !node.kind || !kinds.includes(node.kind)) return []
    return words(value).flatMap((text) => {
      const named = scope.declared.get(text)
      return named && named.kind === node.kind ? [named] : []
    })
  })
}

const words = (value: ValueNode): readonly string[] =>
  value.kind === "word" ? [value.text] : value.kind === "list" ? value.items.flatMap(words) : []
