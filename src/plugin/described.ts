/** What a plugin gave, in words, where it should have given something else: for messages. */

export const described = (value: unknown): string => {
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (ArrayBuffer.isView(value)) return `a bare ${value.constructor.name}`
  if (typeof value === "string") return JSON.stringify(value)
  if (typeof value === "function") return "a function"
  if (typeof value === "object" && value !== null)
    return typeof (value as { then?: unknown }).then === "function" ? "a promise" : "an object"
  return String(value)
}

/** An object with fields: no list, no array of numbers, no promise. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  !ArrayBuffer.isView(value) &&
  typeof (value as { then?: unknown }).then !== "function"
