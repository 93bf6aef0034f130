/** ONNX nodes that are written by hand, with names of their own. */
import type { OnnxAttribute, OnnxInitializer, OnnxNode } from "../../plugin/index.ts"

export class Nodes {
  readonly nodes: OnnxNode[] = []
  readonly initializers: OnnxInitializer[] = []
  readonly #prefix: string

  constructor(prefix: string) {
    this.#prefix = prefix
  }

  /** The name of the node's output, which is `named` where that is given. */
  add(opType: string, inputs: readonly string[], attributes: Readonly<Record<string, number>> = {}, named?: string) {
    const name = `${this.#prefix}/${opType}_${this.nodes.length}`
    const output = named ?? name
    const whole = (value: number): OnnxAttribute => ({ type: "int", value })
    this.nodes.push({
      opType,
      domain: "",
      name,
      inputs,
      outputs: [output],
      attributes: Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, whole(value)])),
    })
    return output
  }

  /** An int64 vector, or a scalar. */
  ints(values: readonly number[] | number): string {
    const list = typeof values === "number" ? [values] : values
    return this.#constant({
      dtype: "int",
      shape: typeof values === "number" ? [] : [list.length],
      data: BigInt64Array.from(list, BigInt),
    })
  }

  zeros(shape: readonly number[]): string {
    return this.#constant({ dtype: "float", shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) })
  }

  #constant(value: Omit<OnnxInitializer, "name">): string {
    const name = `${this.#prefix}/constant_${this.initializers.length}`
    this.initializers.push({ name, ...value })
    return name
  }
}
