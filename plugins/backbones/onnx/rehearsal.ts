/** A first pass without adapters while a file is read, so that what cannot be computed shows then, and not during a run. */
import {
  add,
  gather,
  type HostTensor,
  input,
  matmul,
  packedLayout,
  type Site,
  type Trace,
  tokenRows,
  weight,
} from "../../../src/plugin/index.ts"
import type { Network } from "./graph.ts"
import { forward } from "./run.ts"

/** The sites that the forward pass calls, in the order of `sites`. Throws DataError. */
export const calledSites = (
  network: Network,
  weights: Readonly<Record<string, HostTensor>>,
  sites: readonly Site[],
): readonly Site[] => {
  const layout = packedLayout()
  const rows = tokenRows(layout)
  const called = new Set<string>()
  const calls = <A>(site: string, value: A): A => {
    called.add(site)
    return value
  }
  const ids = input("ids", ["tokens"], "int", rows)
  const positions = input("positions", ["tokens"], "int", rows)
  const trace: Trace = {
    layout,
    ids,
    positions,
    weight: (name) => weight(name, weights[name]),
    embed: (site, table) => calls(site, { tokens: gather(table, ids), positions }),
    block: (_layer, hidden) => hidden,
    experts: () => {},
    linear: (site, x, w, bias) => calls(site, bias ? add(matmul(x, w), bias) : matmul(x, w)),
    norm: (site, x) => calls(site, x),
    attention: (site, q) => calls(site, q),
    span: (site, _x, y) => calls(site, y),
  }
  forward(trace, network)
  return sites.filter(({ name }) => called.has(name))
}
