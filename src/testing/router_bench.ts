/** The toy stream on which routers are tested, made once for each backend. */
import { type Adapter, type Plugin, Schema } from "../plugin/index.ts"
import { loadPlugin } from "../plugin/load.ts"
import { engineOf, toyNetwork } from "./toy_network.ts"
import { type ToyAdapter, type ToyStream, toyStream } from "./toy_stream.ts"
import type { Bench } from "./work.ts"

/** Adapters that ship, in the settings in which a library may hold them side by side. */
const ADAPTERS = {
  low_rank: ["lora", { rank: 2, alpha: 2 }],
  higher_rank: ["lora", { rank: 3, alpha: 3 }],
  bottleneck: ["bottleneck", { reduction: 2 }],
  biases: ["bitfit", { targets: ["embeddings_norm", "query"] }],
  scaled: ["ia3", {}],
  prefix: ["prefix", { length: 2 }],
} as const

export type AdapterName = keyof typeof ADAPTERS

const adapterOf = async (name: AdapterName): Promise<ToyAdapter> => {
  const [plugin, written] = ADAPTERS[name]
  const adapter = (await loadPlugin("adapter", plugin)) as Adapter
  return { adapter, options: Schema.decodeUnknownSync(adapter.options)(written as never) }
}

const made = new Map<string, Promise<{ readonly bench: Bench; readonly stream: ToyStream }>>()

/** A bench that knows the plugin, and a stream whose modules have the named adapters in turn. */
export const toyBench = async (
  plugin: Plugin,
  backend = "reference",
  names: readonly AdapterName[] = ["low_rank"],
  tasks = 3,
): Promise<{ readonly bench: Bench; readonly stream: ToyStream }> => {
  const key = [backend, tasks, ...names].join(" ")
  const making = made.get(key) ?? make(backend, names, tasks)
  made.set(key, making)
  const { bench, stream } = await making
  return { bench: { ...bench, plugins: [plugin] }, stream }
}

const make = async (
  backend: string,
  names: readonly AdapterName[],
  tasks: number,
): Promise<{ readonly bench: Bench; readonly stream: ToyStream }> => {
  const bench = { network: await toyNetwork(), engine: await engineOf(backend) }
  return { bench, stream: await toyStream(bench, await Promise.all(names.map(adapterOf)), tasks) }
}
