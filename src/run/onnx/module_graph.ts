/**
 * A trained module on its backbone as one ONNX graph:
 *   input_ids, attention_mask [batch, sequence] -> last_hidden_state [batch, sequence, width], logits [batch, classes]
 * with the module's arrays as weights of the graph, under the names of their sites.
 */
import { encoder, headLogits, type Network } from "../../model/encoder.ts"
import { isWriting, type TrainedModule } from "../../model/library.ts"
import { frozen } from "../../model/single.ts"
import { DataError, emit, type OnnxGraph, type OnnxNode, program, weight } from "../../plugin/index.ts"
import { Nodes } from "./nodes.ts"
import { IDS, MASK, paddedBatch } from "./padded_batch.ts"

const STATES = "last_hidden_state"
const LOGITS = "logits"

export const moduleGraph = (network: Network, module: TrainedModule): OnnxGraph => {
  if (isWriting(module))
    throw new DataError(
      "the module writes answers, and a graph with its backbone would choose among classes",
      "export it with `--to peft`, or fold it into the weights with `--to safetensors`",
    )
  const { hidden, features } = encoder(network, frozen(module))
  const { W, b } = module.head
  const logits = headLogits(features, weight("head/W", W), weight("head/b", b))
  const graph = emit(program({ hidden, logits }))
  const around = new Nodes("batch")
  const batch = paddedBatch(around)
  for (const { name } of graph.inputs) batch.feed(name)
  const nameOf = (wanted: string) => graph.outputs.find(({ as }) => as === wanted)?.name as string
  batch.padded(nameOf("hidden"), network.checkpoint.width, STATES)
  around.add("Identity", [nameOf("logits")], {}, LOGITS)
  const padded = ["batch_size", "sequence_length"]
  return {
    ...graph,
    inputs: [IDS, MASK].map((name) => ({ name, dtype: "int", shape: padded })),
    outputs: [
      { as: STATES, name: STATES, dtype: "float", shape: [...padded, network.checkpoint.width] },
      { as: LOGITS, name: LOGITS, dtype: "float", shape: [padded[0], b.data.length] },
    ],
    nodes: inOrder([...around.nodes, ...graph.nodes]),
    initializers: [...graph.initializers, ...around.initializers],
  }
}

/** Each node after those that it reads. */
const inOrder = (nodes: readonly OnnxNode[]): readonly OnnxNode[] => {
  const maker = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)))
  const placed = new Set<OnnxNode>()
  const place = (first: OnnxNode): void => {
    const waiting = [first]
    for (let node = waiting.at(-1); node !== undefined; node = waiting.at(-1)) {
      const missing = node.inputs.flatMap((name) => {
        const made = maker.get(name)
        return made && !placed.has(made) ? [made] : []
      })
      if (missing.length === 0) placed.add(waiting.pop() as OnnxNode)
      else waiting.push(missing[0])
    }
  }
  for (const node of nodes) if (!placed.has(node)) place(node)
  return [...placed]
}
