/** An `.onnx` file: the nodes of its graph and its constants, those in files beside it included. */
import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs"
import { basename, dirname, join, normalize, sep } from "node:path"
import { fromBinary } from "@bufbuild/protobuf"
import { DataError, isFile } from "../../../src/plugin/index.ts"
import {
  type AttributeProto,
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type TensorProto,
  type ValueInfoProto,
} from "../../../src/plugin/onnx/onnx_pb.ts"
import { type ElementType, elements } from "./elements.ts"
import { countOf, type Numbers, numbers } from "./numbers.ts"

export type Attribute = number | string | readonly number[] | Numbers

export interface Node {
  readonly op: string
  /** As the file calls it, for messages. */
  readonly name: string
  /** Names of values; "" where an input is left out. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Readonly<Record<string, Attribute>>
}

/** A constant, read when it is needed. */
export interface Constant {
  readonly shape: readonly number[]
  readonly read: () => Numbers
}

export interface OnnxFile {
  readonly nodes: readonly Node[]
  readonly constants: ReadonlyMap<string, Constant>
  /** Each dimension a number where it is fixed, else its name. */
  readonly inputs: readonly { readonly name: string; readonly shape: readonly (number | string)[] }[]
  readonly outputs: readonly string[]
  /** Version of the standard operator set. */
  readonly opset: number
  readonly producer: string
  /** Files that hold external data, beside the file itself. */
  readonly external: readonly string[]
}

/** Reads a file. Throws DataError: no ONNX, external data that is missing or too short, types that no encoder needs. */
export const readOnnx = (path: string): OnnxFile => {
  const { producerName: producer, graph, opsetImport, functions } = parsed(path)
  if (!graph || graph.node.length === 0) throw damaged(path, "it holds no graph")
  if (functions.length > 0)
    throw new DataError(
      `${basename(path)} defines functions of its own: ${functions.map(({ name }) => name).join(", ")}`,
      "export it once more with `optimize=True`, or run onnx.inliner.inline_local_functions over it",
    )
  checkOrder(graph, path)
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name, constantOf(tensor, path)]))
  return {
    nodes: graph.node.map(({ opType, name, domain, input, output, attribute }) => ({
      op: domain === "" || domain === "ai.onnx" ? opType : `${domain}.${opType}`,
      name: name || output[0],
      inputs: input,
      outputs: output,
      attributes: Object.fromEntries(attribute.map((one) => [one.name, attributeOf(one, path)])),
    })),
    constants,
    inputs: graph.input
      .filter(({ name }) => !constants.has(name))
      .map(({ name, type }) => ({ name, shape: shapeOf(type) })),
    outputs: graph.output.map(({ name }) => name),
    opset: Number(opsetImport.find(({ domain }) => domain === "" || domain === "ai.onnx")?.version ?? 1n),
    producer,
    external: [
      ...new Set(graph.initializer.flatMap((tensor) => (isExternal(tensor) ? [placeOf(tensor).location] : []))),
    ],
  }
}

/** Each value is given once, and before it is read. Throws DataError. */
const checkOrder = ({ node: nodes, initializer, input }: GraphProto, path: string): void => {
  const given = new Set(["", ...initializer.map(({ name }) => name), ...input.map(({ name }) => name)])
  const makers = new Set(nodes.flatMap(({ output }) => output))
  for (const { name, opType, input: inputs, output: outputs } of nodes) {
    const node = `the node ${name || outputs[0] || "without a name"} (${opType})`
    const early = inputs.find((value) => !given.has(value))
    const twice = outputs.find((value) => value !== "" && given.has(value))
    const wrong =
      early !== undefined
        ? makers.has(early)
          ? `reads "${early}" before it is there: the nodes are not in the order of computation, or go round in a circle`
          : `reads "${early}", which nothing gives`
        : twice !== undefined
          ? `gives "${twice}", which is there already`
          : outputs.length === 0
            ? "gives nothing"
            : undefined
    if (wrong)
      throw new DataError(
        `${node} of ${basename(path)} ${wrong}`,
        "export the model once more, or correct the tool that changed it: onnx.checker.check_model finds the same",
      )
    for (const value of outputs) given.add(value)
  }
}

const parsed = (path: string): ModelProto => {
  try {
    return fromBinary(ModelProtoSchema, readFileSync(path), { readUnknownFields: false })
  } catch (error) {
    throw damaged(path, (error as Error).message)
  }
}

const damaged = (path: string, why: string): DataError =>
  new DataError(`${basename(path)} is no ONNX model, or it is cut: ${why}`, "export it, or copy it, once more")

const shapeOf = (type: ValueInfoProto["type"]): readonly (number | string)[] =>
  (type?.value.case === "tensorType" ? (type.value.value.shape?.dim ?? []) : []).map(({ value }) =>
    value.case === "dimValue" ? Number(value.value) : (value.value ?? ""),
  )

/** Kinds of AttributeProto. */
const [FLOAT, INT, STRING, TENSOR, FLOATS, INTS] = [1, 2, 3, 4, 6, 7]

const attributeOf = (attribute: AttributeProto, path: string): Attribute => {
  switch (attribute.type) {
    case FLOAT:
      return attribute.f
    case INT:
      return Number(attribute.i)
    case STRING:
      return new TextDecoder().decode(attribute.s)
    case TENSOR:
      if (!attribute.t) throw damaged(path, `its attribute "${attribute.name}" has no numbers`)
      return constantOf(attribute.t, path).read()
    case FLOATS:
      return attribute.floats
    case INTS:
      return attribute.ints.map(Number)
    default:
      return `a value of type ${attribute.type}`
  }
}

const isExternal = (tensor: TensorProto): boolean => tensor.dataLocation === 1

const constantOf = (tensor: TensorProto, path: string): Constant => {
  const shape = tensor.dims.map(Number)
  const element = elements[tensor.dataType]
  const file = basename(path)
  if (!element)
    throw new DataError(
      `${file} stores "${tensor.name}" with the element type ${tensor.dataType}, which the backbone onnx does not read`,
      "export the model with float32, float16 or bfloat16 weights",
    )
  const bytes = countOf(shape) * element.bytes
  const source = isExternal(tensor) ? externalBytes(tensor, path, bytes) : () => tensor.rawData
  const listed = [tensor.floatData, tensor.doubleData, tensor.int32Data, tensor.int64Data].find(
    ({ length }) => length > 0,
  )
  let known: Numbers | undefined
  const decode = (): Numbers => {
    if (listed && listed.length !== countOf(shape))
      throw damaged(path, `"${tensor.name}" has ${listed.length} numbers in place of ${countOf(shape)}`)
    if (listed) return numbers(element.dtype, shape, numbersIn(listed, tensor.dataType))
    const raw = source()
    if (raw.length !== bytes) throw damaged(path, `"${tensor.name}" has ${raw.length} bytes in place of ${bytes}`)
    return numbers(element.dtype, shape, decoded(raw, element, tensor.dataType))
  }
  return {
    shape,
    read: () => {
      known ??= decode()
      return known
    },
  }
}

/** Halves are listed by their bits. */
const numbersIn = (listed: readonly (number | bigint)[], type: number): Float64Array => {
  const values = Float64Array.from(listed, Number)
  if (type !== 10 && type !== 16) return values
  const view = new DataView(new ArrayBuffer(2))
  return values.map((bits) => {
    view.setUint16(0, bits, true)
    return elements[type].decode(view, 0)
  })
}

const decoded = (raw: Uint8Array, { dtype, bytes, decode }: ElementType, type: number): Float32Array | Float64Array => {
  const count = raw.length / bytes
  if (type === 1) return new Float32Array(new Uint8Array(raw).buffer)
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength)
  const result = dtype === "float" ? new Float32Array(count) : new Float64Array(count)
  for (let i = 0; i < count; i++) result[i] = decode(view, i * bytes)
  return result
}

const placeOf = (tensor: TensorProto) => {
  const entries = Object.fromEntries(tensor.externalData.map(({ key, value }) => [key, value]))
  return {
    location: entries.location ?? "",
    offset: Number(entries.offset ?? 0),
    length: entries.length === undefined ? undefined : Number(entries.length),
  }
}

/** What gives the bytes of a constant that lies in another file, which is looked for at once. */
const externalBytes = (tensor: TensorProto, path: string, bytes: number): (() => Uint8Array) => {
  const { location, offset, length = bytes } = placeOf(tensor)
  const file = join(dirname(path), location)
  const outside = normalize(location).startsWith(`..${sep}`) || location.startsWith("/")
  const lacks = (what: string, help: string) =>
    new DataError(`${basename(path)} keeps "${tensor.name}" in "${location}", ${what}`, help)
  if (outside) throw lacks("a file outside its folder", "put the file with the weights beside the model")
  if (!isFile(file))
    throw lacks("which is not there", `copy ${basename(location)} beside the model: a large model comes in two files`)
  if (!Number.isSafeInteger(offset) || offset < 0 || statSync(file).size < offset + length || length !== bytes)
    throw lacks(`where ${bytes} bytes from byte ${offset} on are not there`, "copy both files of the model once more")
  return () => {
    const result = new Uint8Array(bytes)
    const handle = openSync(file, "r")
    try {
      for (let at = 0; at < bytes; ) {
        const got = readSync(handle, result, at, bytes - at, offset + at)
        if (got === 0) throw damaged(path, `${location} ends early`)
        at += got
      }
    } finally {
      closeSync(handle)
    }
    return result
  }
}
