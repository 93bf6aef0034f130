/** An ONNX graph as the bytes of a model. Weights are copied once, into the bytes that onnxruntime reads. */
import { create, toBinary } from "@bufbuild/protobuf"
import {
  BLOCKS_DOMAIN,
  type DType,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxInitializer,
  type OnnxValue,
} from "../../../src/plugin/index.ts"
import {
  type AttributeProto,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  TensorProtoSchema,
  ValueInfoProtoSchema,
} from "../../../src/plugin/onnx/onnx_pb.ts"

/** Element types of TensorProto. */
const elementTypes: Readonly<Record<DType | OnnxInitializer["dtype"], number>> = {
  float: 1,
  uint8: 2,
  int8: 3,
  int: 7,
  bool: 9,
}
/** TensorProto.DataLocation. */
const EXTERNAL = 1
/** Kinds of AttributeProto. */
const attributeTypes = { float: 1, int: 2, text: 3, ints: 7 } as const

/** Where the bytes of a weight lie, if that is another file: the name of the file and the part of it. */
export type Outside = (
  name: string,
) => { readonly file: string; readonly offset: number; readonly length: number } | undefined

/**
 * The model in the wire format of protocol buffers. A message that comes in two parts is one message (fields of the
 * second are merged into the first), so the weights follow as second part without passing through the encoder. Those that
 * lie outside are named, and their bytes left out.
 */
export const encode = (graph: OnnxGraph, outside: Outside = () => undefined): Uint8Array<ArrayBuffer> => {
  const structure = toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 10n,
      producerName: "l2r",
      opsetImport: [
        { domain: "", version: BigInt(graph.opset) },
        { domain: "com.microsoft", version: BigInt(graph.microsoftOpset) },
        ...(graph.nodes.some(({ domain }) => domain === BLOCKS_DOMAIN) ? [{ domain: BLOCKS_DOMAIN, version: 1n }] : []),
      ],
      graph: create(GraphProtoSchema, {
        name: "l2r",
        node: graph.nodes.map(({ opType, domain, name, inputs, outputs, attributes }) => ({
          opType,
          domain,
          name,
          input: [...inputs],
          output: [...outputs],
          attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
        })),
        input: graph.inputs.map(valueInfo),
        output: graph.outputs.map(valueInfo),
      }),
    }),
  )
  return joined([structure, ...weights(graph.initializers, outside)])
}

const valueInfo = ({ name, dtype, shape }: OnnxValue) =>
  create(ValueInfoProtoSchema, {
    name,
    type: {
      value: {
        case: "tensorType",
        value: {
          elemType: elementTypes[dtype],
          shape: {
            dim: shape.map((dim) => ({
              value:
                typeof dim === "number"
                  ? { case: "dimValue" as const, value: BigInt(dim) }
                  : { case: "dimParam" as const, value: dim },
            })),
          },
        },
      },
    },
  })

const attribute = (name: string, attribute: OnnxAttribute): AttributeProto => {
  const type = attributeTypes[attribute.type]
  switch (attribute.type) {
    case "float":
      return create(AttributeProtoSchema, { name, type, f: attribute.value })
    case "int":
      return create(AttributeProtoSchema, { name, type, i: BigInt(attribute.value) })
    case "text":
      return create(AttributeProtoSchema, { name, type, s: new TextEncoder().encode(attribute.value) })
    case "ints":
      return create(AttributeProtoSchema, { name, type, ints: attribute.value.map(BigInt) })
  }
}

/** Wire tags of length-delimited fields: ModelProto.graph, GraphProto.initializer, TensorProto.raw_data. */
const tags = { graph: (7 << 3) | 2, initializer: (5 << 3) | 2, rawData: (9 << 3) | 2 }

/** Bytes, or how many they are and how they are made when they are written: weights are not all there twice at one time. */
type Piece = Uint8Array | { readonly length: number; readonly make: () => Uint8Array; readonly derived?: boolean }

/** The second part of the graph: all initializers, as pieces to be written one after another. */
const weights = (initializers: readonly OnnxInitializer[], outside: Outside): readonly Piece[] => {
  const pieces = initializers.flatMap((initializer): readonly Piece[] => {
    const place = outside(initializer.name)
    const head = toBinary(
      TensorProtoSchema,
      create(TensorProtoSchema, {
        dims: initializer.shape.map(BigInt),
        dataType: elementTypes[initializer.dtype],
        name: initializer.name,
        ...(place && {
          dataLocation: EXTERNAL,
          externalData: [
            { key: "location", value: place.file },
            { key: "offset", value: String(place.offset) },
            { key: "length", value: String(place.length) },
          ],
        }),
      }),
    )
    const data = { length: byteLength(initializer), make: () => raw(initializer), derived: initializer.derived }
    const tensor = place ? [head] : [head, Uint8Array.of(tags.rawData), varint(data.length), data]
    return [Uint8Array.of(tags.initializer), varint(lengthOf(tensor)), ...tensor]
  })
  return [Uint8Array.of(tags.graph), varint(lengthOf(pieces)), ...pieces]
}

const byteLength = ({ dtype, shape }: OnnxInitializer): number =>
  shape.reduce((a, b) => a * b, { float: 4, int: 8, uint8: 1, int8: 1 }[dtype])

/** The bytes of a weight as a model holds them. */
export const raw = ({ dtype, data }: OnnxInitializer): Uint8Array => {
  const wire =
    dtype === "uint8" || dtype === "int8"
      ? data
      : dtype === "float"
        ? data instanceof Float32Array
          ? data
          : Float32Array.from(data as Float64Array)
        : data instanceof BigInt64Array
          ? data
          : BigInt64Array.from(data as Int32Array, BigInt)
  return new Uint8Array(wire.buffer, wire.byteOffset, wire.byteLength)
}

const varint = (value: number): Uint8Array => {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  return Uint8Array.from([...bytes, rest])
}

const lengthOf = (pieces: readonly Piece[]): number => pieces.reduce((total, piece) => total + piece.length, 0)

const joined = (pieces: readonly Piece[]): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(lengthOf(pieces))
  let at = 0
  for (const piece of pieces) {
    const made = "make" in piece ? piece.make() : piece
    bytes.set(made, at)
    if ("make" in piece && piece.derived) (made.buffer as ArrayBuffer).transfer(0) // is free at once
    at += piece.length
  }
  return bytes
}
