/** The rows of a cell, gathered over seeds: a row of the table is a name with a head policy. */
import type { Row } from "./results.ts"

export interface RowGroup {
  readonly name: string
  readonly head: Row["head"]
  /** Ascending by seed; at least one. */
  readonly rows: readonly Row[]
}

/** In the order of first appearance. */
export function groupRows(rows: readonly Row[]): RowGroup[] {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const key = JSON.stringify([row.name, row.head])
    const known = groups.get(key)
    if (known === undefined) groups.set(key, [row])
    else known.push(row)
  }
  return [...groups.values()].map((group) => ({
    name: group[0].name,
    head: group[0].head,
    rows: group.sort((a, b) => a.seed - b.seed),
  }))
}

/** The name, with the head policy where the table has the name with several. */
export function labelOf(group: RowGroup, groups: readonly RowGroup[]): string {
  return groups.some((other) => other.name === group.name && other.head !== group.head)
    ? `${group.name} (${group.head} heads)`
    : group.name
}

/** Why a group has no figures, if it has none. */
export function notDefined(group: RowGroup): string | undefined {
  return group.rows.find((row) => row.notDefined !== undefined)?.notDefined
}
