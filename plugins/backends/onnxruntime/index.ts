/** Runs programs with onnxruntime in float32: on the processor, or on what another execution provider computes with. */
import {
  defineBackend,
  type Engine,
  emit,
  type HostTensor,
  input,
  neg,
  OutOfMemory,
  optional,
  PositiveInt,
  type Program,
  program,
  Schema,
  type Session,
  type Usage,
  words,
} from "../../../src/plugin/index.ts"
import { blockSize } from "./block_size.ts"
import { encode } from "./encode.ts"
import { hostTensor, wireData } from "./feeds.ts"
import { withInt8Weights } from "./int8.ts"
import { mustStart, PROVIDERS } from "./provider.ts"

const Options = Schema.Struct({
  threads: optional(PositiveInt, 1, "Threads inside one session. One is best: run as many sessions as there are cores"),
  provider: optional(
    words(...PROVIDERS),
    "cpu",
    "Execution provider of onnxruntime. Those besides `cpu` are tried where they are; none of them has been measured",
  ),
  weights: optional(
    words("float32", "int8"),
    "float32",
    "How frozen matrices of the backbone are held: `int8` multiplies by 8-bit integers, less exact, a quarter of their memory where nothing is trained; gradients go through the rounded values",
  ),
})

type Runtime = typeof import("onnxruntime-node")

const load = async (): Promise<Runtime> => {
  try {
    return await import("onnxruntime-node")
  } catch (cause) {
    throw new Error(
      "backend onnxruntime: the package onnxruntime-node does not load on this machine; install it, or use `backend reference`",
      { cause },
    )
  }
}

/** onnxruntime has no codes for its errors: an allocation that failed is known by its words. Rejects again. */
const outOfMemory = (error: unknown): never => {
  const found = /Failed to allocate memory for requested buffer of size (\d+)|bad_alloc|out of memory/i.exec(
    String(error),
  )
  if (!found) throw error
  const asked = found[1] ? `${(Number(found[1]) / 2 ** 30).toFixed(1)} GiB at once` : "more than there is"
  throw new OutOfMemory(`out of memory: the computation asked for ${asked}`)
}

/** `more`: settings of onnxruntime's besides the project's own, for who measures. */
export const compile = async (
  runtime: Runtime,
  program: Program,
  { threads, provider, weights, fewShapes = false }: typeof Options.Type & Usage,
  more: object = {},
): Promise<Session> => {
  const blocks = provider === "cpu" ? await blockSize(runtime) : undefined
  // Integers are multiplied in rows.
  const graph = weights === "int8" ? withInt8Weights(emit(program)) : emit(program, { blocks })
  const bytes = encode(graph)
  const creating = runtime.InferenceSession.create(bytes, {
    executionProviders: [provider],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    // A plan of the memory for each shape, made in its first run: numbers lie closer together, but the first run takes longer.
    enableMemPattern: fewShapes,
    logSeverityLevel: 4,
    ...more,
  })
  const session = await creating.catch(outOfMemory)
  bytes.buffer.transfer(0) // onnxruntime has a copy: the weights are not kept twice until the next collection of garbage
  const run: Session["run"] = async (feeds) => {
    const wire: Record<string, InstanceType<Runtime["Tensor"]>> = {}
    for (const value of graph.inputs) {
      const host = feeds[value.name]
      if (host === undefined)
        throw new RangeError(
          `"${value.name}" is not fed; the program needs ${graph.inputs.map((x) => x.name).join(", ")}`,
        )
      const [type, data] = wireData(value, host)
      wire[value.name] = new runtime.Tensor(type as "float32", data as Float32Array, [...host.shape])
    }
    const results = await session.run(wire).catch(outOfMemory)
    const outputs: Record<string, HostTensor> = {}
    for (const { as, name } of graph.outputs)
      outputs[as] = hostTensor(results[name].dims as number[], results[name].data)
    return outputs
  }
  return { run, release: () => session.release() }
}

/** The least that a provider can be asked for. */
const trial = (): Program => program({ y: neg(input("x", [1])) })

export default defineBackend({
  name: "onnxruntime",
  summary: "onnxruntime on the processor or another of its execution providers, in float32",
  reference: "https://onnxruntime.ai",
  checked: "the reference backend: every operator with its gradient, on drawn shapes",
  options: Options,
  profile: ({ threads, provider, weights }) => ({
    backend: "onnxruntime",
    version: "1.30.0",
    provider,
    precision: "float32",
    threads,
    ...(weights === "int8" ? { weights } : {}),
  }),
  open: async (options): Promise<Engine> => {
    const runtime = await load()
    const offered = runtime.listSupportedBackends().map(({ name }) => name)
    await mustStart(options.provider, offered, () => compile(runtime, trial(), options))
    return { compile: (program, usage) => compile(runtime, program, { ...options, ...usage }) }
  },
})
