/** The program of one step of generation: further tokens of each example, given the keys and values of those before them. */
import type { Session, TokenIds } from "../plugin/index.ts"
import {
  argmax,
  exampleRows,
  type HostTensor,
  input,
  logSoftmax,
  type Program,
  packedLayout,
  pool,
  program,
  type Tensor,
  toPadded,
} from "../tensor/index.ts"
import { type Feeds, packed } from "./batch.ts"
import { nextTokenScores } from "./causal.ts"
import { encoder, type Network, type Participant } from "./encoder.ts"
import { type CachedArray, type KeyValueCache, maskName } from "./key_value_cache.ts"

/** What is read of the next token's scores: int [examples], the best one, or float [examples, vocabulary], log p of each. */
export type Reading = "best" | "likelihoods"

export interface GenerationStep {
  /** Outputs "next", and the new keys and values by their names in `cached`. */
  readonly program: Program
  readonly cached: readonly CachedArray[]
  /** How many earlier tokens the attention sites see; Infinity: all. */
  readonly windows: readonly number[]
}

export const generationStep = (network: Network, participant: Participant, reading: Reading): GenerationStep => {
  const layout = packedLayout()
  const rows = exampleRows(layout)
  const cached: CachedArray[] = []
  const windows = new Set<number>()
  const outputs: Record<string, Tensor> = {}
  const kept = (name: string, x: Tensor): Tensor => {
    const width = x.shape[1] as number
    cached.push({ name, width })
    outputs[name] = toPadded(x)
    return input(`earlier/${name}`, ["examples", "earlier", width], "float", rows)
  }
  const earlier: Participant["earlier"] = ({ name }, k, v, { window = Number.POSITIVE_INFINITY }) => {
    windows.add(window)
    const mask = input(maskName(window), ["examples", "earlier"], "float", rows)
    return { keys: kept(`keys/${name}`, k), values: kept(`values/${name}`, v), mask }
  }
  const { hidden } = encoder(network, { ...participant, earlier }, false, layout)
  const scores = nextTokenScores(network, pool("last", hidden))
  const next = reading === "best" ? argmax(scores) : logSoftmax(scores)
  return { program: program({ next, ...outputs }), cached, windows: [...windows] }
}

/** Runs further tokens of each example, keeps their keys and values, and gives what is read of the next tokens. */
export type Advance = (cache: KeyValueCache, texts: readonly TokenIds[]) => Promise<HostTensor>

export const advancing =
  (session: Session, feeds: Feeds): Advance =>
  async (cache, texts) => {
    const batch = packed(texts)
    const [examples, positions] = [batch.segment.data, batch.positions.data] as [Int32Array, Int32Array]
    const shifted = positions.map((position, row) => position + cache.lengths[examples[row]])
    const outputs = await session.run({
      ...feeds,
      ...batch,
      positions: { ...batch.positions, data: shifted },
      ...cache.feeds(),
    })
    cache.append(outputs, texts)
    return outputs.next
  }
