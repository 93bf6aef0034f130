/** `compare nearest.refit against ...` names a row by its head: which heads a row has is known once its router is loaded. */
import type { Compare } from "../../../dsl/spec.ts"
import { PlanError } from "../chosen.ts"
import type { PlannedRow } from "./row.ts"

/** Throws PlanError where a comparison names a row by a head that it does not have. */
export const checkHeads = (compare: readonly Compare[], rows: readonly Pick<PlannedRow, "name" | "head">[]): void => {
  for (const { left, against, span } of compare)
    for (const said of [left, ...against]) {
      if (rows.some(({ name, head }) => said === name || said === `${name}.${head}`)) continue
      const own = rows.filter(({ name }) => said.startsWith(`${name}.`))
      if (own.length === 0) continue
      const heads = [...new Set(own.map(({ head }) => head))]
      throw new PlanError(
        `there is no row "${said}": ${own[0].name} has ${heads.join(" and ").replace("none", "no")} heads${heads[0] === "none" ? "" : " alone"}`,
        `write ${[own[0].name, ...heads.filter((head) => head !== "none").map((head) => `${own[0].name}.${head}`)].join(" or ")}`,
        span,
      )
    }
}
