/** The declarations of a spec as a diagram: what each is, and which others it names. */
import * as Graph from "effect/Graph"
import { type Document, linksOf } from "../../../dsl/editor/index.ts"
import type { DeclarationNode } from "../../../dsl/syntax/ast.ts"

/** Arrows go from what is named to what names it, as the steps of a run go. */
export const declarationsDrawing = (document: Document, format: "mermaid" | "dot"): string => {
  const { program, scope } = document
  const nodes = program.files.flatMap(({ declarations }) =>
    declarations.filter((node) => node.name && scope.declared.get(node.name.text) === node),
  )
  const graph = Graph.directed<DeclarationNode, string>((mutable) => {
    const index = new Map(nodes.map((node) => [node, Graph.addNode(mutable, node)]))
    for (const { from, to, option } of linksOf(document)) {
      const [named, names] = [index.get(to), index.get(from)]
      if (named !== undefined && names !== undefined) Graph.addEdge(mutable, named, names, option ?? "")
    }
    return undefined
  })
  return format === "mermaid"
    ? Graph.toMermaid(graph, {
        nodeLabel: labelOf,
        edgeLabel: (option) => option,
        nodeShape: () => "rounded",
      }).replaceAll(' -->|""| ', " --> ")
    : Graph.toGraphViz(graph, { nodeLabel: labelOf, edgeLabel: (option) => option, graphName: "spec" })
        .replaceAll(' [label=""]', "")
        .replace("{\n", '{\n  rankdir=LR;\n  node [shape=box, style="rounded"];\n')
}

const labelOf = ({ keyword, name, plugin, alias }: DeclarationNode): string =>
  [`${keyword.text} ${name?.text}`, ...(plugin ? [[alias?.text, plugin.text].filter(Boolean).join(".")] : [])].join(
    "\n",
  )
