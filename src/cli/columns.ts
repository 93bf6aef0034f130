/** Pages for people: cells under each other, numbers, long lists. */

/** Cells under each other, the last of a row as it is. */
export const columns = (rows: readonly (readonly string[])[]): readonly string[] => {
  const most = Math.max(0, ...rows.map(({ length }) => length))
  const widths = Array.from({ length: most }, (_, c) => Math.max(...rows.map((row) => row[c]?.length ?? 0)))
  return rows.map((row) => `  ${row.map((cell, c) => (c < row.length - 1 ? cell.padEnd(widths[c]) : cell)).join("  ")}`)
}

export const count = (n: number): string => n.toLocaleString("en")

export const listed = ([first, ...rest]: readonly string[]): string =>
  rest.length === 0 ? first : `${first} and ${count(rest.length)} more`
