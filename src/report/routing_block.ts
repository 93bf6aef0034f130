/** How the routers of a cell use their modules, by layer and task, on a terminal: where `measure` asks for `routing`. */
import { gateUse } from "../learning/gate_use.ts"
import type { Cell, GateUse, UnitUse } from "../learning/results.ts"
import { rowLabel, seedsOf } from "./row.ts"
import { ink, oneLine, signs, type Terminal } from "./terminal.ts"
import { textWidth, wrapped } from "./text_width.ts"

export const ROUTING_NOTE =
  "After the last task, in percent. Load: share of the gates that each module gets; own, H: share of the module of the " +
  "example's own task, and entropy of the gates over its maximum, on the test examples of each task; right: examples whose " +
  "largest gate is that of their own module; MI: mutual information of example and module over its maximum; used: as many " +
  "modules as, evenly used, would have the entropy of the mean shares."

/** Empty where it isn't asked for, or no row stores gates. */
export function routingBlock(cell: Cell, terminal: Terminal): string {
  if (!cell.measures?.includes("routing")) return ""
  const used = cell.summary.flatMap((row) => {
    const use = gateUse(cell, seedsOf(cell, row))
    const label = rowLabel({ name: row.row, head: row.head, source: row.source })
    return use ? [{ label, use }] : []
  })
  if (used.length === 0) return ""
  const tasks = cell.tasks.map((task, t) => `${t + 1} ${oneLine(task)}`).join(", ")
  const dim = (text: string) =>
    wrapped(signs(terminal, text), terminal.columns).map((line) => ink(terminal, "dim", line))
  return [
    ink(terminal, "bold", "Routing by layer and task"),
    ...dim(`Tasks and their modules: ${tasks}`),
    "",
    ...used.flatMap(({ label, use }) => [
      `  ${ink(terminal, "bold", oneLine(label))}`,
      ...table(use, cell.tasks.length, terminal.columns - 4).map((line) => `    ${line}`.trimEnd()),
      "",
    ]),
    ...dim(ROUTING_NOTE),
  ].join("\n")
}

interface Column {
  readonly title: string
  readonly texts: readonly string[]
}

/** A line a unit; columns that find no room go into further blocks below. */
function table(use: GateUse, tasks: number, room: number): readonly string[] {
  const { units } = use
  const column = (title: string, of: (unit: UnitUse) => number | undefined, digits = 0): Column => ({
    title,
    texts: units.map((unit) => of(unit)?.toFixed(digits) ?? ""),
  })
  const most = Math.log(Math.max(2, use.modules.length))
  const each = (title: string, count: number, of: (unit: UnitUse, k: number) => number | undefined) =>
    Array.from({ length: count }, (_, k) =>
      column(`${title} ${k + 1}`, (unit) => {
        const share = of(unit, k)
        return share === undefined ? undefined : 100 * share
      }),
    )
  const ofTask = (unit: UnitUse, t: number) => unit.tasks.find(({ task }) => task === t)
  const columns = [
    column("used", ({ inUse }) => inUse, 1),
    column("MI", ({ mutualInformation }) => (100 * mutualInformation) / most),
    column("right", ({ right }) => 100 * right),
    ...each("load", use.modules.length, ({ shares }, m) => shares[m]),
    ...each("own", tasks, (unit, t) => ofTask(unit, t)?.own),
    ...each("H", tasks, (unit, t) => ofTask(unit, t)?.entropy),
  ]
  const names = ["", ...units.map(({ unit }) => oneLine(unit))]
  const lead = Math.max(...names.map(textWidth))
  const widthOf = ({ title, texts }: Column) => 2 + Math.max(...[title, ...texts].map(textWidth))
  const blocks: Column[][] = []
  let left = 0
  for (const one of columns) {
    if (blocks.length === 0 || widthOf(one) > left) {
      blocks.push([])
      left = room - lead
    }
    blocks[blocks.length - 1].push(one)
    left -= widthOf(one)
  }
  return blocks.flatMap((block, b) => [
    ...(b > 0 ? [""] : []),
    ...names.map((name, line) =>
      [
        name + " ".repeat(lead - textWidth(name)),
        ...block.map((one) => (line === 0 ? one.title : one.texts[line - 1]).padStart(widthOf(one))),
      ].join(""),
    ),
  ])
}
