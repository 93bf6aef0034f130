/** Options of a plugin under test: what a spec would write, decoded as the checker does it. */
import { type Plugin, Schema } from "../plugin/index.ts"

export type Written = Readonly<Record<string, unknown>>

export const decoded = <O>({ options }: { readonly options: Schema.Codec<O, any> }, written: Written): O =>
  Schema.decodeUnknownSync(options)(written as never)

/** "router l2r (relaxation softmax)": how the tests of a plugin begin. */
export const titleOf = ({ kind, name }: Plugin, written: Written): string => {
  const said = Object.entries(written).map(
    ([key, value]) => `${key} ${typeof value === "object" ? JSON.stringify(value) : String(value)}`,
  )
  return `${kind} ${name}${said.length > 0 ? ` (${said.join(", ")})` : ""}`
}
