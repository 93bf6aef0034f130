/** Orders in which the tasks of a stream come: `[written, reversed, shuffled(3), [t3, t1, t2]]`. */

import { diagnose } from "../diagnostics/catalogue.ts"
import { nearest } from "../diagnostics/suggest.ts"
import type { Context } from "../names/context.ts"
import { ORDERS } from "../options/core_schema.ts"
import { found } from "../options/wording.ts"
import type { Order, Span } from "../spec.ts"
import type { ValueNode } from "../syntax/ast.ts"
import { written } from "../syntax/written.ts"

/** Orders besides the written and the reversed one, of so many tasks. */
const shufflesOf = (tasks: number): number => {
  let count = 1
  for (let i = 2; i <= tasks && count < Number.MAX_SAFE_INTEGER; i++) count *= i
  return Math.max(0, count - 2)
}

/** `tasks` are those of the stream, where they can be told. */
export const ordersIn = (
  value: ValueNode,
  tasks: readonly string[] | undefined,
  context: Context,
): readonly Order[] => {
  const items = value.kind === "list" ? value.items : [value]
  if (items.length === 0) context.report(diagnose("L2R0407", value.span, { name: "orders", least: 1 }))
  const first = new Map<string, Span>()
  let listed = 0
  return items.flatMap((item): readonly Order[] => {
    if (item.kind === "broken") return []
    const orders = item.kind === "list" ? explicit(item, ++listed, tasks, context) : named(item, tasks, context)
    const key = item.kind === "list" ? JSON.stringify(orders.map((order) => order.tasks)) : found(item)
    const before = first.get(key)
    if (before && orders.length > 0) {
      const related = [{ span: before, message: "first listed here" }]
      context.report(diagnose("L2R0505", item.span, { name: written(item) }, { related }))
    }
    first.set(key, before ?? item.span)
    return orders
  })
}

const named = (item: ValueNode, tasks: readonly string[] | undefined, { report }: Context): readonly Order[] => {
  if (item.kind === "word" && !item.member && (item.text === "written" || item.text === "reversed"))
    return [{ name: item.text, kind: item.text, span: item.span }]
  const name = item.kind === "word" ? item.text : item.kind === "call" ? item.name.text : undefined
  if (name === "shuffled") {
    const count = item.kind === "call" && item.items.length === 1 ? item.items[0] : undefined
    if (count?.kind === "broken") return []
    if (count?.kind === "number" && !count.unit && (!Number.isInteger(count.value) || count.value < 1)) {
      report(
        diagnose("L2R0405", count.span, { name: "shuffled", value: count.value, range: "whole and greater than 0" }),
      )
      return []
    }
    if (count?.kind !== "number" || count.unit) {
      const holes = {
        name: "orders",
        wanted: "`shuffled` with how many",
        found: found(count ?? item),
        help: "write `shuffled(3)`",
      }
      report(diagnose("L2R0404", item.span, holes))
      return []
    }
    const most = tasks ? shufflesOf(tasks.length) : Number.MAX_SAFE_INTEGER
    if (count.value > Math.min(most, MOST_SHUFFLES)) {
      report(
        diagnose("L2R0514", count.span, {
          count: count.value,
          most: Math.min(most, MOST_SHUFFLES),
          tasks: tasks?.length,
        }),
      )
      return []
    }
    return Array.from({ length: count.value }, (_, i) => ({
      name: `shuffled[${i + 1}]`,
      kind: "shuffled" as const,
      number: i + 1,
      span: item.span,
    }))
  }
  report(
    diagnose("L2R0406", item.span, {
      name: "orders",
      word: found(item).replaceAll("`", ""),
      near: name && nearest(name, ORDERS),
      words: ORDERS,
    }),
  )
  return []
}

/** A spec asks for at most this many shuffled orders. */
const MOST_SHUFFLES = 1000

/** `[t3, t1, t2]`: every task of the stream, once. */
const explicit = (
  item: ValueNode & { kind: "list" },
  number: number,
  tasks: readonly string[] | undefined,
  { report }: Context,
): readonly Order[] => {
  const order: string[] = []
  for (const each of item.items) {
    const task = each.kind === "text" ? each.value : each.kind === "word" && !each.member ? each.text : undefined
    if (each.kind === "broken") return []
    if (task === undefined) {
      const help = 'an order reads `[t3, t1, t2]`; a name that is no word is written as a text: "..."'
      report(diagnose("L2R0404", each.span, { name: "orders", wanted: "the name of a task", found: found(each), help }))
      return []
    }
    if (tasks && !tasks.includes(task)) {
      const near = nearest(task, tasks)
      report(diagnose("L2R0516", each.span, { task, near, names: tasks }))
      return []
    }
    if (order.includes(task)) report(diagnose("L2R0502", each.span, { task }))
    order.push(task)
  }
  const lacking = (tasks ?? []).filter((task) => !order.includes(task))
  if (lacking.length > 0) report(diagnose("L2R0513", item.span, { tasks: lacking }))
  return [{ name: `listed[${number}]`, kind: "listed", tasks: order, span: item.span }]
}
