/** Flags that are numbers. */
import { UsageError } from "./verb.ts"

type Given = string | boolean | undefined

/** Throws UsageError. */
export const wholeNumber = (
  flag: string,
  value: Given,
  least = 1,
  most = Number.MAX_SAFE_INTEGER,
): number | undefined => {
  if (value === undefined) return undefined
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN
  if (!Number.isSafeInteger(number) || number < least)
    throw new UsageError(`--${flag} is a whole number of at least ${least}, not ${JSON.stringify(value)}`)
  if (number > most) throw new UsageError(`--${flag} is at most ${most}, not ${number}`)
  return number
}

/** A number of at least `least`; above zero where there is none. Throws UsageError. */
export const realNumber = (flag: string, value: Given, least?: number): number => {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN
  if (!Number.isFinite(number) || (least === undefined ? number <= 0 : number < least))
    throw new UsageError(
      `--${flag} is a number ${least === undefined ? "above 0" : `of at least ${least}`}, not ${JSON.stringify(value)}`,
    )
  return number
}
