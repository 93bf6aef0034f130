/** Values of a spec as TypeScript writes them, and the nodes of the tree that they become. */
import type { Name, ValueNode } from "../../dsl/syntax/ast.ts"
import type { Declared } from "./declaration.ts"

/** Nothing of what TypeScript builds stands in a file. */
export const nowhere = { file: "", start: 0, end: 0 } as const

/** One value after another, each a variant: `sweep([4, 8])`. Sweeps of one name go in step: `sweep("size", [4, 8])`. */
export class Sweep<out T> {
  readonly tag: string | undefined
  readonly items: readonly T[]
  constructor(items: readonly T[], tag?: string) {
    this.items = items
    this.tag = tag
  }
}

export const sweep: {
  <const T>(items: readonly T[]): Sweep<T>
  <const T>(tag: string, items: readonly T[]): Sweep<T>
} = <T>(first: string | readonly T[], items?: readonly T[]): Sweep<T> =>
  typeof first === "string" ? new Sweep(items ?? [], first) : new Sweep(first)

/** Whole numbers from one to another, both included: `range(1, 5)`. */
export class Range {
  readonly from: number
  readonly to: number
  constructor(from: number, to: number) {
    this.from = from
    this.to = to
  }
}
export const range = (from: number, to: number): Range => new Range(from, to)

/** `shuffled(3)`: so many drawn orders. */
export class Shuffled {
  readonly count: number
  constructor(count: number) {
    this.count = count
  }
}
export const shuffled = (count: number): Shuffled => new Shuffled(count)

/** Some tasks of a data source: `tasksOf(intents, "t1", "t2")`. */
export class Tasks {
  readonly data: Declared<"data">
  readonly names: readonly string[]
  constructor(data: Declared<"data">, names: readonly string[]) {
    this.data = data
    this.names = names
  }
}
export const tasksOf = (data: Declared<"data">, ...names: readonly string[]): Tasks => new Tasks(data, names)

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

export const nameNode = (text: string): Name => ({ text, span: nowhere })

/** A name that a declaration may bear. Throws TypeError. */
export const checkedName = (text: string): string => {
  if (NAME.test(text)) return text
  throw new TypeError(`"${text}" can't be a name: names have the letters a to z, digits and _, e.g. "low_rank"`)
}

/** Throws TypeError where a value has no form in the language. */
export const valueNode = (value: unknown): ValueNode => {
  const span = nowhere
  if (typeof value === "number") return numberNode(value)
  if (typeof value === "boolean") return { kind: "word", text: String(value), span }
  if (typeof value === "string")
    return NAME.test(value) ? { kind: "word", text: value, span } : { kind: "text", value, span }
  if (Array.isArray(value)) return { kind: "list", items: value.map(valueNode), span }
  if (value instanceof Sweep) {
    const tag = value.tag === undefined ? {} : { tag: nameNode(checkedName(value.tag)) }
    return { kind: "sweep", ...tag, items: value.items.map(valueNode), span }
  }
  if (value instanceof Range) return { kind: "range", from: value.from, to: value.to, span }
  if (value instanceof Shuffled)
    return { kind: "call", name: nameNode("shuffled"), items: [numberNode(value.count)], span }
  if (value instanceof Tasks)
    return { kind: "pick", name: nameNode(value.data.name), items: value.names.map(valueNode), span }
  if (isDeclared(value)) return { kind: "word", text: value.name, span }
  if (isRow(value)) return { kind: "word", text: value.row.name, member: nameNode(value.head), span }
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    const settings = Object.entries(value).flatMap(([key, inner]) =>
      inner === undefined ? [] : [{ key: nameNode(key), value: valueNode(inner), span }],
    )
    return { kind: "record", settings, comparisons: [], span }
  }
  throw new TypeError(
    `${String(value)} has no form in a spec: give a number, a text, true or false, a list or a record`,
  )
}

const numberNode = (value: number): ValueNode => {
  if (!Number.isFinite(value)) throw new TypeError(`${value} has no form in a spec: give a finite number`)
  const number = value === 0 ? 0 : value
  return { kind: "number", value: number, written: String(number), span: nowhere }
}

export const isDeclared = (value: unknown): value is Declared =>
  typeof value === "object" && value !== null && "node" in value && "needs" in value

/** One head policy of a router's row: `kept(learnt)`. */
export interface Row {
  readonly row: Declared
  readonly head: "kept" | "refit"
}
export const kept = (row: Declared): Row => ({ row, head: "kept" })
export const refit = (row: Declared): Row => ({ row, head: "refit" })
export const isRow = (value: unknown): value is Row =>
  typeof value === "object" && value !== null && "row" in value && "head" in value

/** The declarations that a value names, at any depth. */
export function* namedIn(value: unknown): Generator<Declared> {
  if (isDeclared(value)) yield value
  else if (isRow(value)) yield value.row
  else if (value instanceof Tasks) yield value.data
  else if (value instanceof Sweep) yield* namedIn(value.items)
  else if (Array.isArray(value)) for (const item of value) yield* namedIn(item)
  else if (typeof value === "object" && value !== null) yield* namedIn(Object.values(value))
}
