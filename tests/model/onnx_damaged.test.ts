/** Graphs that no exporter writes: damaged on the way, or by a tool. Each is an error that names what is wrong and where. */
import assert from "node:assert/strict"
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { create, fromBinary, toBinary } from "@bufbuild/protobuf"
import onnx from "../../plugins/backbones/onnx/index.ts"
import { DataError } from "../../src/plugin/index.ts"
import {
  AttributeProtoSchema,
  type GraphProto,
  ModelProtoSchema,
  NodeProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
} from "../../src/plugin/onnx/onnx_pb.ts"

const golden = fileURLToPath(new URL("../golden/tiny_bert/", import.meta.url))

/** The message of the error that an altered graph gives. */
const refusal = async (from: string, change: (graph: GraphProto) => void): Promise<string> => {
  const directory = mkdtempSync(join(tmpdir(), "l2r-damaged-"))
  try {
    const model = fromBinary(ModelProtoSchema, readFileSync(join(golden, "onnx", from)))
    change(model.graph as GraphProto)
    writeFileSync(join(directory, "model.onnx"), toBinary(ModelProtoSchema, model))
    for (const [name, at] of [
      ["tokenizer.json", "."],
      ["dynamo.onnx.data", "onnx"],
    ])
      copyFileSync(join(golden, at, name), join(directory, name))
    const options = { max_tokens: 24, pooling: "mean", output: "last_hidden_state" } as const
    const said = await onnx.load("model.onnx", options, { directory }).then(
      () => assert.fail("it is read"),
      (error: unknown) => error,
    )
    assert.ok(said instanceof DataError, String(said))
    assert.ok(said.help.length > 20)
    return said.message
  } finally {
    rmSync(directory, { recursive: true })
  }
}

const firstOf = (graph: GraphProto, op: string) => {
  const node = graph.node.find(({ opType }) => opType === op)
  assert.ok(node, op)
  return node
}
const table = ({ initializer }: GraphProto): TensorProto => {
  const found = initializer.find(({ dims }) => dims.length === 2)
  assert.ok(found)
  return found
}
/** Where the table of embeddings says that its bytes are. */
const kept = (key: string, value: string) => (graph: GraphProto) => {
  const { externalData } = table(graph)
  const others = externalData.filter((one) => one.key !== key)
  externalData.splice(0, externalData.length, ...others, create(StringStringEntryProtoSchema, { key, value }))
}

/** A node that makes numbers, added to the states. */
const withMade =
  (op: string, ...lists: readonly (readonly number[])[]) =>
  (graph: GraphProto) => {
    const constant = (name: string, values: readonly number[]) => {
      const scalar = op === "Range"
      const attribute = scalar
        ? create(AttributeProtoSchema, { name: "value_int", type: 2, i: BigInt(values[0]) })
        : create(AttributeProtoSchema, { name: "value_ints", type: 7, ints: values.map(BigInt) })
      return create(NodeProtoSchema, { opType: "Constant", output: [name], attribute: [attribute] })
    }
    const names = lists.map((_, i) => `list ${i}`)
    const to = create(AttributeProtoSchema, { name: "to", type: 2, i: 1n })
    graph.node.push(
      ...lists.map((list, i) => constant(names[i], list)),
      create(NodeProtoSchema, { name: "much", opType: op, input: names, output: ["made"] }),
      create(NodeProtoSchema, { opType: "ReduceSum", input: ["made"], output: ["summed"] }),
      create(NodeProtoSchema, { opType: "Cast", input: ["summed"], output: ["float"], attribute: [to] }),
      create(NodeProtoSchema, { opType: "Add", input: ["last_hidden_state", "float"], output: ["states"] }),
    )
    graph.output[0].name = "states"
  }

const CIRCLE = /^the node \S+ \(Add\) of model\.onnx reads "[^"]+" before it is there: .* go round in a circle$/

const damages: readonly (readonly [string, string, (graph: GraphProto) => void, RegExp])[] = [
  [
    "a circle",
    "script.onnx",
    (graph) => {
      firstOf(graph, "Add").input[0] = graph.node[graph.node.length - 1].output[0]
    },
    CIRCLE,
  ],
  [
    "a node that reads itself",
    "script.onnx",
    (graph) => {
      const node = firstOf(graph, "Add")
      node.input[0] = node.output[0]
    },
    CIRCLE,
  ],
  ["nodes in another order", "script.onnx", (graph) => graph.node.reverse(), /before it is there/],
  [
    "a value that nothing gives",
    "script.onnx",
    (graph) => {
      firstOf(graph, "MatMul").input[1] = "nowhere"
    },
    /^the node \S+ \(MatMul\) of model\.onnx reads "nowhere", which nothing gives$/,
  ],
  [
    "a value that is given twice",
    "script.onnx",
    (graph) => graph.node.push(graph.node[graph.node.length - 1]),
    /gives "last_hidden_state", which is there already$/,
  ],
  [
    "a node without inputs",
    "script.onnx",
    (graph) => firstOf(graph, "Gather").input.splice(0),
    /the node \S+ \(Gather\) cannot be imported/,
  ],
  [
    "an attribute without its numbers",
    "script.onnx",
    (graph) => {
      firstOf(graph, "Softmax").attribute[0].type = 4
    },
    /its attribute "axis" has no numbers/,
  ],
  [
    "a softmax over another axis, in a stretch that would be attention",
    "script.onnx",
    (graph) => {
      firstOf(graph, "Softmax").attribute[0].i = -50n
    },
    /the graph of "model\.onnx" cannot be imported: softmax is computed over the last axis alone/,
  ],
  [
    "fewer numbers than the shape has",
    "script.onnx",
    (graph) => Object.assign(table(graph), { rawData: new Uint8Array(0), floatData: [1, 2, 3] }),
    /"\S+word_embeddings\.weight" has 3 numbers in place of 960/,
  ],
  ["external numbers before their file", "dynamo.onnx", kept("offset", "-5"), /from byte -5 on are not there/],
  ["external numbers at no place", "dynamo.onnx", kept("offset", "x"), /from byte NaN on are not there/],
  ["external numbers in the folder", "dynamo.onnx", kept("location", ""), /in "", which is not there/],
  ["external numbers in a file of no name", "dynamo.onnx", kept("location", "a\0b"), /in "a\0b", which is not there/],
  ["external numbers outside", "dynamo.onnx", kept("location", "a/../../x"), /a file outside its folder/],
  [
    "an array of all memory",
    "script.onnx",
    withMade("Tile", [1], [2e9]),
    /the node much \(Tile\) .* not made: it has mo/,
  ],
  ["a range of all memory", "script.onnx", withMade("Range", [0], [2e9], [1]), /the node much \(Range\) .* not made/],
  [
    "a range in steps of 0",
    "script.onnx",
    withMade("Range", [0], [5], [0]),
    /much \(Range\) .*: \[Infinity\] is no shape/,
  ],
  ["zeros of all memory", "script.onnx", withMade("ConstantOfShape", [1e5, 1e4]), /ConstantOfShape\) .* not made/],
  [
    "zeros of no shape",
    "script.onnx",
    withMade("ConstantOfShape", [-4]),
    /much \(ConstantOfShape\) .*\[-4\] is no shape/,
  ],
]

for (const [what, from, change, message] of damages)
  test(`refused: ${what}`, async () => assert.match(await refusal(from, change), message))
