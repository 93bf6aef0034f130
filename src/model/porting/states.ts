/** States of a frozen backbone at some sites, at some positions of texts: what features are compared by. */
import {
  type Axis,
  type Engine,
  type HostTensor,
  program,
  type Site,
  type Tensor,
  type TokenIds,
} from "../../plugin/index.ts"
import { encoder, type Network } from "../encoder.ts"
import { forwardAll, rowsOf, tokenOffsets } from "../evaluate.ts"

/** What enters a site and what leaves it; of an attention site its keys and values, of the embeddings their tokens. */
type Sides = Readonly<Record<Exclude<Axis, "own">, Tensor>>

/** x and y of the named sites, [length, width], as far as the network comes by them while it reads a text. */
export const sidesOf = (network: Network, names: ReadonlySet<string>): ReadonlyMap<string, Sides> => {
  const sides = new Map<string, Sides>()
  const note = ({ name }: Site, x: Tensor, y: Tensor) => {
    if (names.has(name)) sides.set(name, { x, y })
  }
  encoder(network, {
    join: ({ site }, tokens) => {
      note(site, tokens, tokens)
      return undefined
    },
    change: ({ site }, x, y) => {
      note(site, x, y)
      return y
    },
    earlier: (site, k, v) => {
      note(site, k, v)
      return undefined
    },
  })
  return sides
}

/** Rows of the states at given positions of each text: by name of an output, [positions of all texts, width]. */
export const statesAt = async (
  engine: Engine,
  outputs: Readonly<Record<string, Tensor>>,
  texts: readonly TokenIds[],
  positions: readonly (readonly number[])[],
): Promise<Readonly<Record<string, HostTensor>>> => {
  const session = await engine.compile(program(outputs))
  try {
    const all = await forwardAll({ session, texts, perToken: new Set(Object.keys(outputs)) })
    const offsets = tokenOffsets(texts)
    const rows = Int32Array.from(positions.flatMap((at, text) => at.map((position) => offsets[text] + position)))
    return Object.fromEntries(Object.entries(all).map(([name, table]) => [name, rowsOf(table, rows)]))
  } finally {
    await session.release()
  }
}
