/** What to say of a name that is none of those that are known. */
import { nearest } from "../../dsl/diagnostics/suggest.ts"

/** `sign` stands before each name. */
export const known = (kind: string, name: string, names: readonly string[], sign = ""): string => {
  const meant = nearest(name, names)
  return `there is no ${kind} "${sign}${name}"; ${meant === undefined ? `there is: ${names.map((one) => sign + one).join(", ") || "none"}` : `did you mean ${sign}${meant}?`}`
}
