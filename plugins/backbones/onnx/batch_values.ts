/**
 * Values that follow from the batch alone, as steps: numbers that are the same in every batch, a table with a row for each
 * position, and masks that say which tokens are there and which see which.
 */
import type { Dim } from "../../../src/plugin/index.ts"
import type { Draft } from "./draft.ts"
import type { Known } from "./evaluate.ts"
import { countOf, type Numbers, numbers } from "./numbers.ts"
import { SAMPLES, type Sample } from "./samples.ts"

export type BatchValue =
  | { readonly kind: "constant"; readonly value: Numbers }
  /** Row p of the table at position p; `axis` is that of the tokens. */
  | { readonly kind: "table"; readonly value: Numbers; readonly axis: number }
  /** `yes` where a token is there (or sees another), else `no`. */
  | {
      readonly kind: "mask"
      readonly sees: MaskName
      readonly yes: number
      readonly no: number
      readonly dtype: Numbers["dtype"]
    }

/** By [examples, .., length] who is there, or by [.., length, length] which query sees which key. */
const masks = {
  there: (p: number, tokens: number) => p < tokens,
  key: (_query: number, key: number, tokens: number) => key < tokens,
  earlier: (query: number, key: number, tokens: number) => key <= query && key < tokens,
} as const
export type MaskName = keyof typeof masks

/** What a known value is; undefined where it is none of these. `longest`: one text of the largest length. */
export const batchValueOf = (draft: Draft, name: string, longest: Sample): BatchValue | undefined => {
  const constant = draft.constant(name)
  if (constant) return { kind: "constant", value: constant }
  const dims = draft.dims(name)
  const tokens = dims.flatMap((dim, axis) => (dim === "length" ? [axis] : []))
  if (tokens.length === 1) return tableOf(draft, name, tokens[0], longest) ?? maskOf(draft, name, dims, ["there"])
  return tokens.length === 2 ? maskOf(draft, name, dims, ["key", "earlier"]) : undefined
}

/** A value that at every token depends on its position alone, or not even on that. */
const tableOf = (draft: Draft, name: string, axis: number, longest: Sample): BatchValue | undefined => {
  const known = draft.known(name)
  const whole = known?.at(longest)
  if (!known || !whole || whole.shape.slice(0, axis).some((size) => size !== 1)) return undefined
  const rest = countOf(whole.shape.slice(axis + 1))
  const table = numbers(whole.dtype, [longest.length, ...whole.shape.slice(axis + 1)], whole.data)
  const agrees = SAMPLES.every((sample) => {
    if (sample.length > longest.length) return true
    const { data } = known.at(sample)
    const repeated = data.length / (sample.length * rest)
    return sample.lengths.every((tokens, e) => {
      const from = (repeated === sample.batch ? e : 0) * sample.length * rest
      for (let i = 0; i < tokens * rest; i++) if (Math.abs(data[from + i] - table.data[i]) > 1e-6) return false
      return repeated === 1 || repeated === sample.batch
    })
  })
  if (!agrees) return undefined
  const row = table.data.subarray(0, rest)
  const same = table.data.every((one, i) => one === row[i % rest])
  return same
    ? { kind: "constant", value: numbers(table.dtype, table.shape.slice(1), row) }
    : { kind: "table", value: table, axis }
}

/** A value that has one number where something is seen, and another where not. */
const maskOf = (
  draft: Draft,
  name: string,
  dims: readonly Dim[],
  names: readonly MaskName[],
): BatchValue | undefined => {
  const known = draft.known(name) as Known
  const { dtype } = known.at(SAMPLES[0])
  const pairs = dims.filter((dim) => dim === "length").length === 2
  for (const sees of names) {
    const found: { yes?: number; no?: number } = {}
    const agrees = SAMPLES.every((sample) => {
      const { data } = known.at(sample)
      const { length, batch, lengths } = sample
      const per = pairs ? length * length : length
      for (let i = 0; i < data.length; i++) {
        const e = data.length === per ? -1 : Math.floor(i / (data.length / batch))
        const [query, key] = [Math.floor((i % per) / length), i % length]
        const tokens = e < 0 ? length : lengths[e]
        if (pairs && query >= tokens) continue
        const seen = pairs ? masks[sees as "key"](query, key, tokens) : masks.there(key, tokens)
        const one = seen ? "yes" : "no"
        found[one] ??= data[i]
        if (found[one] !== data[i]) return false
      }
      return true
    })
    if (agrees && found.yes !== undefined)
      return { kind: "mask", sees, yes: found.yes, no: found.no ?? found.yes, dtype }
  }
  return undefined
}
