/** The plan as a diagram for people: Mermaid (Markdown pages show it) or DOT (Graphviz). */
import * as Graph from "effect/Graph"
import { inputKeys } from "../key.ts"
import type { Plan } from "../plan.ts"
import type { Step, StepKind } from "../step.ts"
import { needed } from "./step_graph.ts"

export interface DrawingSettings {
  readonly format: "mermaid" | "dot"
  /** One node for all steps of a kind, or every step, in a box for each kind. */
  readonly by: "kind" | "step"
  /** Whether the store has a step: drawn in green, and said in the label. */
  readonly cached: (key: string) => boolean
}

interface Node {
  readonly kind: StepKind
  readonly label: string
  readonly cached: boolean
}

export const drawing = (plan: Plan, settings: DrawingSettings): string => {
  const graph = drawnGraph(needed(plan), settings)
  const boxes = settings.by === "step" ? [...Map.groupBy(graph, ([, { kind }]) => kind)] : []
  const marks = {
    boxes: boxes.map(([kind, nodes]) => ({ kind, nodes: indexes(nodes) })),
    done: indexes([...graph].filter(([, { cached }]) => cached)),
  }
  return settings.format === "mermaid" ? mermaid(graph, marks) : dot(graph, marks)
}

type Drawn = Graph.DirectedGraph<Node, string>

const indexes = (nodes: readonly (readonly [number, Node])[]): readonly number[] => nodes.map(([index]) => index)

/** Steps that are drawn as one node are one group; what a group needs of itself is not drawn. */
const drawnGraph = (steps: readonly Step[], { by, cached }: DrawingSettings): Drawn => {
  const groupOf = new Map(steps.map(({ key, kind }) => [key, by === "kind" ? kind : key]))
  return Graph.directed<Node, string>((mutable) => {
    const groups = Map.groupBy(steps, ({ key }) => groupOf.get(key) as string)
    const index = new Map([...groups].map(([group, own]) => [group, Graph.addNode(mutable, nodeOf(own, by, cached))]))
    for (const [group, own] of groups)
      for (const from of new Set(own.flatMap(inputKeys).map((key) => groupOf.get(key) as string)))
        if (from !== group) Graph.addEdge(mutable, index.get(from) as number, index.get(group) as number, "")
    return undefined
  })
}

const nodeOf = (steps: readonly Step[], by: "kind" | "step", cached: (key: string) => boolean): Node => {
  const [{ kind, label }] = steps
  const done = steps.filter(({ key }) => cached(key)).length
  if (by === "step") return { kind, label: done ? `${label}\ncached` : label, cached: done > 0 }
  return {
    kind,
    label: `${kind}\n${steps.length} step${steps.length === 1 ? "" : "s"}, ${done} cached`,
    cached: done === steps.length,
  }
}

/** Boxes and green nodes, which Effect's own drawing does not know. */
interface Marks {
  readonly boxes: readonly { readonly kind: StepKind; readonly nodes: readonly number[] }[]
  readonly done: readonly number[]
}

const mermaid = (graph: Drawn, { boxes, done }: Marks): string =>
  [
    Graph.toMermaid(graph, { nodeLabel: ({ label }) => label, nodeShape: () => "rounded" }).replaceAll(
      ' -->|""| ',
      " --> ",
    ),
    ...boxes.map(
      ({ kind, nodes }) =>
        `  subgraph kind_${kind} [${kind}]\n${nodes.map((index) => `    ${index}`).join("\n")}\n  end`,
    ),
    ...(done.length > 0
      ? [`  classDef cached fill:#d9ead3,stroke:#38761d,color:#111111`, `  class ${done.join(",")} cached`]
      : []),
  ].join("\n")

const dot = (graph: Drawn, { boxes, done }: Marks): string => {
  const [head, ...lines] = Graph.toGraphViz(graph, { nodeLabel: ({ label }) => label, graphName: "plan" })
    .replaceAll(' [label=""]', "")
    .split("\n")
  return [
    head,
    "  rankdir=LR;",
    '  node [shape=box, style="rounded"];',
    ...lines.slice(0, -1),
    ...boxes.map(
      ({ kind, nodes }) =>
        `  subgraph "cluster_${kind}" { label="${kind}"; ${nodes.map((index) => `"${index}";`).join(" ")} }`,
    ),
    ...done.map((index) => `  "${index}" [style="rounded,filled", fillcolor="#d9ead3"];`),
    "}",
  ].join("\n")
}
