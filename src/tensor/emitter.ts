/** Collects ONNX nodes while operators emit themselves: fresh names, constants, and dimensions known only at run time. */
import { type Dim, type Shape, termsOf } from "./dimension.ts"
import { int, type OnnxAttribute, type OnnxInitializer, type OnnxNode } from "./onnx.ts"
import type { Tensor } from "./tensor.ts"

export type Attributes = Readonly<Record<string, OnnxAttribute>>

export class Emitter {
  readonly nodes: OnnxNode[] = []
  readonly initializers: OnnxInitializer[] = []
  private readonly named = new Map<Tensor, string>()
  private readonly extra = new Map<Tensor, readonly string[]>()
  private readonly sources = new Map<string, { readonly name: string; readonly axis: number }>()
  private readonly readers: ReadonlyMap<Tensor, readonly Tensor[]>
  private readonly made = new Map<string, unknown>()
  private count = 0

  constructor(readers: ReadonlyMap<Tensor, readonly Tensor[]>) {
    this.readers = readers
  }

  /** Emits one node and returns the name of its first output. */
  add(opType: string, inputs: readonly string[], attributes: Attributes = {}, domain = ""): string {
    return this.addMany(opType, inputs, 1, attributes, domain)[0]
  }

  addMany(
    opType: string,
    inputs: readonly string[],
    outputs: number,
    attributes: Attributes = {},
    domain = "",
  ): readonly string[] {
    const id = this.count++
    const names = Array.from({ length: outputs }, (_, i) => `/${opType}_${id}${i === 0 ? "" : `_${i}`}`)
    this.nodes.push({ opType, domain, name: `/${opType}_${id}`, inputs, outputs: names, attributes })
    return names
  }

  /** An operator of onnxruntime's own domain. */
  addMicrosoft(opType: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.add(opType, inputs, attributes, "com.microsoft")
  }

  /** A float scalar. */
  scalar(value: number): string {
    return this.constant(`f${value}`, () => ({ dtype: "float", shape: [], data: Float32Array.of(value) }))
  }

  /** An int64 vector, or a scalar. */
  ints(values: readonly number[] | number): string {
    const list = typeof values === "number" ? [values] : values
    return this.constant(`i${typeof values === "number" ? "s" : ""}${list.join(",")}`, () => ({
      dtype: "int",
      shape: typeof values === "number" ? [] : [list.length],
      data: BigInt64Array.from(list, BigInt),
    }))
  }

  /** 0, 1, ... as an int64 vector. */
  range(size: number): string {
    return this.ints(Array.from({ length: size }, (_, i) => i))
  }

  /** The same as [size, 1]. */
  column(size: number): string {
    return this.constant(`column ${size}`, () => ({
      dtype: "int",
      shape: [size, 1],
      data: BigInt64Array.from({ length: size }, (_, i) => BigInt(i)),
    }))
  }

  /** A float vector. */
  vector(values: readonly number[]): string {
    return this.constant(`v${values.join(",")}`, () => ({
      dtype: "float",
      shape: [values.length],
      data: Float32Array.from(values),
    }))
  }

  /** Zeros of a fixed shape. */
  zeros(shape: readonly number[]): string {
    return this.constant(`zeros ${shape.join(",")}`, () => ({
      dtype: "float",
      shape,
      data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
    }))
  }

  /** The two values of a one-hot vector. */
  offOn(): string {
    return this.constant("off on", () => ({ dtype: "float", shape: [2], data: Float32Array.of(0, 1) }))
  }

  private constant(key: string, make: () => Omit<OnnxInitializer, "name">): string {
    return this.once(`constant ${key}`, () => {
      const name = `/constant_${this.initializers.length}`
      this.initializers.push({ name, ...make() })
      return name
    })
  }

  /** Declares the name of a tensor, and where its symbolic dimensions can be read. */
  bind(tensor: Tensor, name: string): void {
    this.named.set(tensor, name)
    tensor.shape.forEach((dim, axis) => {
      if (typeof dim === "string" && !this.sources.has(dim)) this.sources.set(dim, { name, axis })
    })
  }

  nameOf(tensor: Tensor): string {
    const name = this.named.get(tensor)
    if (name === undefined) throw new Error(`\`${tensor.op}\` is read before it is emitted`)
    return name
  }

  /** The tensors that read this one. */
  readersOf(tensor: Tensor): readonly Tensor[] {
    return this.readers.get(tensor) ?? []
  }

  /** Names of the second, third, ... output of an emitted tensor. */
  keepExtra(tensor: Tensor, names: readonly string[]): void {
    this.extra.set(tensor, names)
  }

  extraOf(tensor: Tensor, index: number): string {
    const name = this.extra.get(tensor)?.[index]
    if (name === undefined) throw new Error(`\`${tensor.op}\` has no output ${index + 1}`)
    return name
  }

  /** A dimension as an int64 vector of one element. */
  dim(dim: Dim): string {
    if (typeof dim === "number") return this.ints([dim])
    return this.once(`dim ${dim}`, () => {
      const source = this.sources.get(dim)
      if (!source) return this.computed(dim)
      return this.add("Shape", [source.name], { start: int(source.axis), end: int(source.axis + 1) })
    })
  }

  private computed(dim: string): string {
    const terms = termsOf(dim)
    if (terms.length === 1 && terms[0].coefficient === 1 && terms[0].names.length === 1)
      throw new Error(`no tensor of the program has the dimension "${dim}"`)
    return terms
      .map(({ coefficient, names }) => {
        const factors = names.map((name) => this.dim(name))
        if (coefficient !== 1 || factors.length === 0) factors.push(this.ints([coefficient]))
        return factors.reduce((a, b) => this.add("Mul", [a, b]))
      })
      .reduce((a, b) => this.add("Add", [a, b]))
  }

  /** What is emitted once under a key. */
  once<T>(key: string, make: () => T): T {
    if (!this.made.has(key)) this.made.set(key, make())
    return this.made.get(key) as T
  }

  /** A shape as an int64 vector. */
  shape(shape: Shape): string {
    if (shape.every((dim) => typeof dim === "number")) return this.ints(shape as number[])
    return shape.length === 1
      ? this.dim(shape[0])
      : this.add(
          "Concat",
          shape.map((dim) => this.dim(dim)),
          { axis: int(0) },
        )
  }

  /** A reshape, by 0 and -1 where they say enough. Gives the input itself where nothing changes. */
  reshape(name: string, from: Shape, to: Shape): string {
    const copied = to.map((dim, i) => (typeof dim === "string" && from[i] === dim ? 0 : dim))
    const unknown = copied.filter((dim) => typeof dim === "string").length
    const target = unknown <= 1 ? this.ints(copied.map((dim) => (typeof dim === "string" ? -1 : dim))) : this.shape(to)
    return this.add("Reshape", [name, target])
  }
}
