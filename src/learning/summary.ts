/** From the rows of a cell to the lines of its table. Everything comes from predictions, gates and the examples' tasks and classes: `results.json` is enough. */
import type { Setup } from "./accuracy_matrix.ts"
import type { OpenDraws } from "./draws.ts"
import { finalAccuracy, forwardFigure, gapTo, gateEntropy, matrixFigures, routerAccuracy } from "./figures.ts"
import { gateUse } from "./gate_use.ts"
import { orderInvariant } from "./orders.ts"
import type { Cell, Cost, Figure, Row, Summary } from "./results.ts"
import { groupRows, notDefined, type RowGroup } from "./row_groups.ts"

export type Outcomes = Pick<
  Cell,
  "experiment" | "adapter" | "order" | "scenario" | "answers" | "tasks" | "examples" | "classes" | "rows"
>

/** The set-up that a cell is about: what accuracy, forgetting and comparisons are computed on; Rouge-L where texts are answered in words. */
export const setupOf = ({ scenario, answers }: Pick<Cell, "scenario" | "answers">): Setup =>
  answers ? "rouge_l" : scenario === "task_incremental" ? "task_incremental" : "class_incremental"

/** One summary for each name and head policy, in the order of the rows. `open` gives the stream of a purpose; a line's figures do not depend on the other lines. */
export function summarise(cell: Outcomes, open: OpenDraws): Summary[] {
  const groups = groupRows(cell.rows)
  const oracle = groups.find(({ rows }) => rows[0].kind === "bound" && rows[0].knowsTask && rows[0].how === "selects")
  return groups.map((group) => line(group, oracle, cell, (figure) => open(purpose(cell, group, figure))))
}

/** Of the stream of random numbers of a line's figure. */
export const purpose = (
  { experiment, adapter, order }: Pick<Cell, "experiment" | "adapter" | "order">,
  { name, head }: RowGroup,
  figure: string,
): string => JSON.stringify(["interval", experiment, adapter, order, name, head, figure])

function line(group: RowGroup, oracle: RowGroup | undefined, cell: Outcomes, open: OpenDraws): Summary {
  const { rows, name, head } = group
  const { plugin, source, how, kind, knowsTask, leaks } = rows[0]
  const known = {
    row: name,
    plugin,
    head,
    source,
    how,
    kind,
    knowsTask,
    ...(leaks && { leaks }),
    seeds: rows.length,
    cost: meanCost(rows),
    warnings: [...new Set(rows.flatMap(({ warnings }) => warnings))],
    orderInvariant: orderInvariant(rows[0]),
  }
  const reason = notDefined(group)
  if (reason !== undefined) return { ...known, notDefined: reason }
  const setup = setupOf(cell)
  const { accuracy, ...overStages } = matrixFigures(rows, cell, setup, open(setup))
  return {
    ...known,
    ...headlines(setup, accuracy, (other) => finalAccuracy(rows, cell, other, open(other))),
    ...overStages,
    forwardTransfer: forwardFigure(rows, cell, setup, open("forward_transfer")),
    routerAccuracy: routerAccuracy(rows, cell, open("router_accuracy")),
    entropy: gateEntropy(rows, cell, open("entropy")),
    gateUse: gateUse(cell, rows),
    oracleGap: oracle && oracle !== group ? gapTo(oracle.rows, rows, cell, setup, open("oracle_gap")) : undefined,
  }
}

/** What stands first in a line, of its set-up and of that beside it. */
function headlines(
  setup: Setup,
  figure: Figure | undefined,
  of: (other: Setup) => Figure | undefined,
): Pick<Summary, "classIncremental" | "taskIncremental" | "rougeL" | "exactMatch"> {
  if (setup === "rouge_l") return { rougeL: figure, exactMatch: of("exact_match") }
  if (setup === "task_incremental") return { taskIncremental: figure }
  return { classIncremental: figure, taskIncremental: of("task_incremental") }
}

function meanCost(rows: readonly Row[]): Cost {
  const mean = (of: (cost: Cost) => number) => rows.reduce((sum, { cost }) => sum + of(cost), 0) / rows.length
  return {
    trainableParameters: mean((cost) => cost.trainableParameters),
    storedBytes: mean((cost) => cost.storedBytes),
    forwardFlops: mean((cost) => cost.forwardFlops),
    fitSeconds: mean((cost) => cost.fitSeconds),
  }
}
