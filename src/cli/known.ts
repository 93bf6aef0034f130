/** What to say of a name that is none of those that are known. */
import { nearest } from "../../dsl/suggest.ts"

export const known = (kind: string, name: string, names: readonly string[]): string => {
  const meant = nearest(name, names)
  return `there is no ${kind} "${name}"; ${meant === undefined ? `there is: ${names.join(", ") || "none"}` : `did you mean ${meant}?`}`
}
