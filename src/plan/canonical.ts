/** Canonical JSON: equal values give equal text, whatever the order in which their keys were written. */

/** Sorted keys, no spaces, absent values left out, -0 as 0. Throws a RangeError on numbers that JSON has no word for. */
export const canonical = (value: unknown): string => {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value)
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new RangeError(`${value} has no place in a step's options: give a finite number`)
    return JSON.stringify(value === 0 ? 0 : value)
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(",")}]`
  if (typeof value !== "object") throw new RangeError(`a ${typeof value} has no place in a step's options`)
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(",")}}`
}
