/**
 * How the routing units (layers, sites) use the modules after the last task. With gates α normalised per example and unit,
 * α̃_i = α_i / Σα: the mean share of each module E[α̃_i], the mean share of the example's own module E[α̃_own], and the
 * mean entropy H(α̃)/log t as stored. Macro over nothing: means over examples and seeds.
 */
import type { Cell, Gates, Row } from "../learning/results.ts"
import { lastStage } from "./confusion.ts"
import { mean } from "./over_seeds.ts"

export interface UnitUse {
  readonly unit: string
  /** Mean share of each module, in percent. */
  readonly modules: readonly number[]
  /** Mean share of the example's own module, in percent; module j is that of task j. */
  readonly own: number
  /** Normalised entropy in [0, 1]. */
  readonly entropy: number
}

export interface GateUse {
  readonly modules: readonly string[]
  readonly granularity: Gates["granularity"]
  readonly units: readonly UnitUse[]
}

/** Undefined where the row stores no gates. */
export function gateUse(cell: Cell, rows: readonly Row[]): GateUse | undefined {
  const found = rows.flatMap((row) => {
    const stage = lastStage(row)
    return stage?.gates === undefined
      ? []
      : [{ gates: stage.gates, tasks: stage.predictions.example.map((id) => cell.examples[id].task) }]
  })
  if (found.length === 0) return undefined
  const perSeed = found.map(({ gates, tasks }) => gates.units.map((unit, u) => unitUse(unit, u, gates, tasks)))
  const [{ gates }] = found
  const units = perSeed[0].map((first, u) => {
    const all = perSeed.flatMap((seed) => seed[u] ?? [])
    return {
      unit: first.unit,
      modules: first.modules.map((_, m) => mean(all.map((use) => use.modules[m])) ?? 0),
      own: mean(all.map((use) => use.own)) ?? 0,
      entropy: mean(all.map((use) => use.entropy)) ?? 0,
    }
  })
  return { modules: gates.modules, granularity: gates.granularity, units }
}

function unitUse(unit: string, u: number, gates: Gates, tasks: readonly number[]): UnitUse {
  const shares = new Float64Array(gates.modules.length)
  let own = 0
  let entropy = 0
  gates.mean.forEach((units, k) => {
    const total = units[u].reduce((sum, gate) => sum + gate, 0)
    if (total > 0) units[u].forEach((gate, m) => (shares[m] += gate / total))
    if (total > 0) own += (units[u][tasks[k]] ?? 0) / total
    entropy += gates.entropy[k][u]
  })
  const examples = Math.max(1, gates.mean.length)
  return {
    unit,
    modules: [...shares].map((share) => (100 * share) / examples),
    own: (100 * own) / examples,
    entropy: entropy / examples,
  }
}
