/**
 * A trained module on its backbone as one ONNX graph:
 *   input_ids, attention_mask [batch, sequence] -> last_hidden_state [batch, sequence, width], logits [batch, classes]
 * with the module's arrays, its head among them, under the names of their sites: as weights of the graph, or as further
 * inputs of it, so that one graph serves every module of the adapter.
 */
import { encoder, headLogits, type Network } from "../../model/encoder.ts"
import { isWriting, type TrainedModule } from "../../model/library.ts"
import { frozen } from "../../model/single.ts"
import {
  DataError,
  emit,
  type HostTensor,
  type OnnxGraph,
  type OnnxNode,
  parameter,
  program,
  type Tensor,
  weight,
} from "../../plugin/index.ts"
import { Nodes } from "./nodes.ts"
import { IDS, MASK, paddedBatch } from "./padded_batch.ts"

const STATES = "last_hidden_state"
const LOGITS = "logits"

export interface ModuleGraph {
  readonly graph: OnnxGraph
  /** The arrays that are inputs, by name. */
  readonly given: Readonly<Record<string, HostTensor>>
}

export const moduleGraph = (network: Network, module: TrainedModule, asInputs = false): ModuleGraph => {
  if (isWriting(module))
    throw new DataError(
      "the module writes answers, and a graph with its backbone would choose among classes",
      "export it with `--to peft`, or fold it into the weights with `--to safetensors`",
    )
  const given: Record<string, HostTensor> = {}
  const leaf = (name: string, host: HostTensor): Tensor => {
    if (!asInputs || host.data instanceof Int32Array) return weight(name, host) // places are no numbers to be exchanged
    given[name] = host
    return parameter(name, host.shape)
  }
  const { hidden, features } = encoder(network, frozen(module, leaf))
  const { W, b } = module.head
  const logits = headLogits(features, leaf("head/W", W), leaf("head/b", b))
  const graph = emit(program({ hidden, logits }))
  const around = new Nodes("batch")
  const batch = paddedBatch(around)
  const arrays = graph.inputs.filter(({ name }) => Object.hasOwn(given, name))
  for (const { name } of graph.inputs) if (!Object.hasOwn(given, name)) batch.feed(name)
  const nameOf = (wanted: string) => graph.outputs.find(({ as }) => as === wanted)?.name as string
  batch.padded(nameOf("hidden"), network.checkpoint.width, STATES)
  around.add("Identity", [nameOf("logits")], {}, LOGITS)
  const padded = ["batch_size", "sequence_length"]
  const made: OnnxGraph = {
    ...graph,
    inputs: [...[IDS, MASK].map((name) => ({ name, dtype: "int" as const, shape: padded })), ...arrays],
    outputs: [
      { as: STATES, name: STATES, dtype: "float", shape: [...padded, network.checkpoint.width] },
      { as: LOGITS, name: LOGITS, dtype: "float", shape: [padded[0], b.data.length] },
    ],
    nodes: inOrder([...around.nodes, ...graph.nodes]),
    initializers: [...graph.initializers, ...around.initializers],
  }
  return { graph: made, given }
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
