/** Which training examples of one task are remembered. */
import { type Memory, randomStream } from "../../plugin/index.ts"
import type { Perform } from "../work.ts"
import { type Chosen, labelledIn } from "./given.ts"

export const memory: Perform = async (work) => {
  const { memory: chosen, task, seed } = work.options as unknown as { memory: Chosen; task: string; seed: number }
  const plugin = await work.plugin<Memory>("memory", chosen.plugin, chosen.from)
  const { labels } = labelledIn(work.input("tokens"), "train")
  const indices = plugin.draw(labels, chosen.options, randomStream(seed, "memory", task), { task, seed })
  return { json: { task }, arrays: { indices: { shape: [indices.length], data: indices } } }
}
