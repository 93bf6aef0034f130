/** What enters the routing units of the frozen backbone, one vector for a text: statistics of blocks and sites rest on it. */
import { encoder, type Network, type Participant } from "../../../model/encoder.ts"
import { forwardAll } from "../../../model/evaluate.ts"
import { unitAt } from "../../../model/routing_units.ts"
import type { UnitFeatures } from "../../../plan/options/step_options.ts"
import type { Artifact, StoredArray } from "../../../plan/step.ts"
import { type HostTensor, packedLayout, pool, program, type Site, type Tensor } from "../../../plugin/index.ts"
import type { Work } from "../../work.ts"
import { host, memoryOfTask, textsIn } from "../given.ts"

/** Of the remembered training texts of a task, in their order, or of all: arrays "unit/<unit>", [texts, width]. */
export const unitFeatures = async (
  work: Work,
  net: Network,
  { query, level, pooled, roles, place }: UnitFeatures,
): Promise<Artifact> => {
  const tokens = work.input("texts")
  const memories = work.inputs("memories")
  const texts = memories.length > 0 ? memoryOfTask(tokens, memories, place).texts : textsIn(tokens, "train")
  const states = new Map<string, Tensor>()
  let block: Tensor | undefined
  /** As a router reads it there: what enters the site, or the state of its block. */
  const noted = (site: Site, x: Tensor, y: Tensor): Tensor => {
    if (roles.includes(site.role)) states.set(unitAt({ level }, site), query === "site" ? x : (block ?? y))
    return y
  }
  const participant: Participant = {
    block: (_layer, hidden) => {
      block = hidden
    },
    change: ({ site }, x, y) => noted(site, x, y),
    attend: noted,
  }
  encoder(net, participant, false, packedLayout())
  const forward = program(Object.fromEntries([...states].map(([unit, state]) => [`unit/${unit}`, pool(pooled, state)])))
  const session = await (await work.engine()).compile(forward)
  try {
    const arrays = await forwardAll({ session, texts, onProgress: (done) => work.progress(done) })
    return { json: {}, arrays: arrays as unknown as Record<string, StoredArray> }
  } finally {
    await session.release()
  }
}

export const unitRows = ({ arrays }: Artifact, unit: string): HostTensor => host(arrays[`unit/${unit}`])
