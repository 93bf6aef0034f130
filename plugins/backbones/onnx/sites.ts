/** Canonical names: what a linear layer or a norm is follows from where it stands in its block. */
import type { BLOCK_ROLES, Role, Site, SiteKind } from "../../../src/plugin/index.ts"
import type { Draft } from "./draft.ts"
import type { Mark, Places } from "./graph.ts"
import { namedLayer } from "./names.ts"
import type { Node } from "./read.ts"

/** A site of a block: the value that enters it, and the one that leaves it. */
interface Part {
  readonly part: string
  readonly kind: SiteKind
  readonly role: Role
  readonly from: string
  readonly to: string
}

/** One block as it was found, its sites in the order of computation. */
interface Block {
  readonly from: string
  readonly to: string
  readonly parts: readonly Part[]
}

export const placesOf = (draft: Draft): Places => {
  const sites: Site[] = []
  const at = new Map<string, string>()
  const marks: Record<string, Mark> = {}
  const widthOf = (value: string) => draft.dims(value).at(-1) as number
  const mark = (value: string, more: Partial<Mark>) => {
    const known = marks[value] ?? { spans: [] }
    marks[value] = { ...known, ...more, spans: [...known.spans, ...(more.spans ?? [])] }
  }
  const add = (name: string, layer: number, { kind, role, from, to }: Part) => {
    sites.push({ name, kind, layer, role, in: widthOf(from), out: widthOf(kind === "attention" ? from : to) })
    if (kind === "block") mark(to, { spans: [[name, from]] })
    else at.set(to, name)
  }
  const norm = (node: Node, role: Role): Part => ({
    part: "",
    kind: "norm",
    role,
    from: node.inputs[0],
    to: node.outputs[0],
  })
  const blocks = draft.nodes.flatMap((node) => (node.op === "Attention" ? (blockOf(draft, node) ?? []) : []))
  const start = blocks[0] && draft.maker(blocks[0].from)
  const first = start?.op === "Linear" ? draft.maker(start.inputs[0]) : start
  if (first?.op === "Norm") add("embeddings.norm", 0, norm(first, "embeddings_norm"))
  blocks.forEach(({ from, to, parts }, layer) => {
    for (const part of parts) add(`layer.${layer}${part.part}`, layer, part)
    add(`layer.${layer}`, layer, { part: "", kind: "block", role: "block", from, to })
    mark(from, { block: layer })
  })
  const end = draft.maker(draft.output)
  const last = end?.op === "Reshape" ? draft.maker(end.inputs[0]) : end
  if (last?.op === "Norm" && blocks.length > 0 && last.inputs[0] === blocks[blocks.length - 1].to)
    add("final.norm", blocks.length - 1, norm(last, "final_norm"))
  if (blocks.length > 0) return { layers: blocks.length, sites, marks, at }
  const named = draft.nodes.flatMap((node) => {
    const found = node.op === "Linear" ? namedLayer(node) : undefined
    return found ? [{ ...found, node }] : []
  })
  for (const { layer, part, role, node } of named) {
    const name = `layer.${layer}${part}`
    if (sites.some((site) => site.name === name)) continue
    add(name, layer, { part, kind: "linear", role, from: node.inputs[0], to: node.outputs[0] })
    if (role === "query") mark(node.inputs[0], { block: layer })
  }
  return { layers: 1 + named.reduce((most, { layer }) => Math.max(most, layer), -1), sites, marks, at }
}

/** What stands around an attention: its linear layers, the residual after it, the feed-forward sub-layer. */
const blockOf = (draft: Draft, attention: Node): Block | undefined => {
  const [query, key, value] = attention.inputs.map((input) => linearAbove(draft, input))
  const output = reader(draft, attention.outputs[0], "Linear")
  const residual = output && reader(draft, output.outputs[0], "Add")
  if (!query || !key || !value || !residual) return undefined
  const from = other(residual, output.outputs[0])
  const streams = draft.readers(residual.outputs[0]).some(({ op }) => op === "Add")
  const after = streams ? undefined : reader(draft, residual.outputs[0], "Norm")
  const before = query.inputs[0] === from ? undefined : draft.maker(query.inputs[0])
  const forward = feedForward(draft, after ? after.outputs[0] : residual.outputs[0])
  const to = forward && (after ? reader(draft, forward.sum.outputs[0], "Norm") : forward.sum)
  if (!forward || !to) return undefined
  const part = (name: string, kind: SiteKind, role: Role, node: Node | undefined): readonly Part[] =>
    node ? [{ part: name, kind, role, from: node.inputs[0], to: node.outputs[0] }] : []
  const span = (name: string, role: (typeof BLOCK_ROLES)[number], start: Node, end: Node): Part => ({
    part: name,
    kind: "block",
    role,
    from: start.inputs[0],
    to: end.outputs[0],
  })
  return {
    from,
    to: to.outputs[0],
    parts: [
      ...part(".attention.norm", "norm", "attention_norm", before?.op === "Norm" ? before : undefined),
      ...part(".attention.query", "linear", "query", query),
      ...part(".attention.key", "linear", "key", key),
      ...part(".attention.value", "linear", "value", value),
      { part: ".attention", kind: "attention", role: "attention", from: attention.inputs[1], to: attention.outputs[0] },
      ...part(".attention.output", "linear", "attention_output", output),
      span(".attention_block", "attention_block", query, output),
      ...part(".attention.norm", "norm", "attention_norm", after),
      ...part(".norm", "norm", "output_norm", forward.norm),
      ...part(".gate", "linear", "gate", forward.gate),
      ...part(".intermediate", "linear", "intermediate", forward.intermediate),
      ...part(".output", "linear", "output", forward.output),
      span(".feed_forward", "feed_forward_block", forward.intermediate, forward.output),
      ...part(".norm", "norm", "output_norm", after ? to : undefined),
    ],
  }
}

interface FeedForward {
  readonly norm?: Node
  readonly intermediate: Node
  readonly gate?: Node
  readonly output: Node
  /** The sum with the residual. */
  readonly sum: Node
}

/** The sub-layer that reads a state and adds to it. */
const feedForward = (draft: Draft, state: string): FeedForward | undefined => {
  const sum = draft
    .readers(state)
    .find(({ op, inputs }) => op === "Add" && inputs.some((one) => draft.maker(one)?.op === "Linear"))
  const output = sum && draft.maker(other(sum, state))
  if (!sum || output?.op !== "Linear") return undefined
  const norm = draft.readers(state).find(({ op }) => op === "Norm")
  const source =
    norm && draft.readers(norm.outputs[0]).some(({ op }) => op === "Linear") && !reads(draft, state) ? norm : undefined
  const layers = draft.readers(source ? source.outputs[0] : state).filter(({ op }) => op === "Linear")
  const gate = layers.length === 2 ? layers.find(({ outputs }) => reader(draft, outputs[0], "Activation")) : undefined
  const intermediate = layers.find((one) => one !== gate)
  if (!intermediate || layers.length > 2 || (layers.length === 2 && !gate)) return undefined
  return { ...(source ? { norm: source } : {}), intermediate, ...(gate ? { gate } : {}), output, sum }
}

const reads = (draft: Draft, state: string): boolean => draft.readers(state).some(({ op }) => op === "Linear")

const reader = (draft: Draft, value: string, op: string): Node | undefined =>
  draft.readers(value).find((node) => node.op === op)

const other = ({ inputs }: Node, one: string): string => (inputs[0] === one ? inputs[1] : inputs[0])

/** The linear layer whose result becomes queries, keys or values, turned or normalised on the way. */
const linearAbove = (draft: Draft, value: string): Node | undefined => {
  const node = draft.maker(value)
  if (!node || node.op === "Linear") return node
  return ["Rotary", "Reshape", "Norm", "Transpose"].includes(node.op) ? linearAbove(draft, node.inputs[0]) : undefined
}
