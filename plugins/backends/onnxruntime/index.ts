/** Runs programs with onnxruntime on the processor, in float32. */
import {
  defineBackend,
  type Engine,
  emit,
  type HostTensor,
  optional,
  PositiveInt,
  type Program,
  Schema,
  type Session,
  words,
} from "../../../src/plugin/index.ts"
import { encode } from "./encode.ts"
import { hostTensor, wireData } from "./feeds.ts"

const Options = Schema.Struct({
  threads: optional(PositiveInt, 1, "Threads inside one session. One is best: run as many sessions as there are cores"),
  provider: optional(words("cpu"), "cpu", "Execution provider of onnxruntime"),
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

const compile = async (runtime: Runtime, program: Program, threads: number, provider: string): Promise<Session> => {
  const graph = emit(program)
  const session = await runtime.InferenceSession.create(encode(graph), {
    executionProviders: [provider],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    enableMemPattern: false,
    logSeverityLevel: 3,
  })
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
    const results = await session.run(wire)
    const outputs: Record<string, HostTensor> = {}
    for (const { as, name } of graph.outputs)
      outputs[as] = hostTensor(results[name].dims as number[], results[name].data)
    return outputs
  }
  return { run, release: () => session.release() }
}

export default defineBackend({
  name: "onnxruntime",
  summary: "onnxruntime on the processor, in float32",
  reference: "https://onnxruntime.ai",
  options: Options,
  profile: ({ threads, provider }) => ({
    backend: "onnxruntime",
    version: "1.30.0",
    provider,
    precision: "float32",
    threads,
  }),
  open: async ({ threads, provider }): Promise<Engine> => {
    const runtime = await load()
    return { compile: (program) => compile(runtime, program, threads, provider) }
  },
})
