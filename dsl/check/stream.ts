/** Streams: which tasks arrive, in which order, under which scenario. */

import { diagnose } from "../diagnostics/catalogue.ts"
import { nearest } from "../diagnostics/suggest.ts"
import type { Context } from "../names/context.ts"
import type { Resolved } from "../names/resolve.ts"
import { coreSchemas, SCENARIOS } from "../options/core_schema.ts"
import { checkSettings } from "../options/options.ts"
import { referTo } from "../options/references.ts"
import { found } from "../options/wording.ts"
import type { Answers, Span, Stream } from "../spec.ts"
import type { Name, Setting, ValueNode } from "../syntax/ast.ts"
import { ordersIn } from "./orders.ts"
import { sequenceIn } from "./sequence.ts"

type Entry = Stream["tasks"][number]

export const checkStream = (resolved: Resolved, context: Context): Stream => {
  const own = checkSettings(
    resolved.node.settings.filter(({ key }) => key.text !== "tasks" && key.text !== "orders"),
    coreSchemas.stream,
    "a stream",
    context,
  )
  const settings = resolved.settings
  const isOwn = (setting: Setting | undefined): setting is Setting =>
    setting !== undefined && resolved.node.settings.includes(setting)
  const silent = { ...context, report: () => {} }
  const tasks = settings.get("tasks")
  const entries = tasks ? tasksIn(tasks.value, isOwn(tasks) ? context : silent) : []
  const orders = settings.get("orders")
  const names = resolved.unsure || entries.length === 0 ? undefined : taskNames({ tasks: entries }, context)
  // Other tasks under an order that is taken over: the order may not fit them.
  const on = isOwn(orders) || isOwn(tasks) ? context : silent
  const written = checkSettings(
    [...settings.values()].filter(({ key }) => key.text === "head" || key.text === "answers"),
    coreSchemas.stream,
    "a stream",
    silent,
  )
  const answers = written.get("head") === "text" ? answersIn(written.get("answers")) : undefined
  const sequence = sequenceIn(resolved, isOwn, context)
  reportUnfitting(resolved, answers !== undefined, isOwn, context)
  const scenario = own.get("scenario") ?? wordOf(settings.get("scenario")) ?? SCENARIOS[0]
  return {
    name: resolved.node.name?.text ?? "",
    ...(resolved.node.variant ? { variantOf: resolved.node.variant.of } : {}),
    tasks: entries,
    scenario: scenario as Stream["scenario"],
    ...(sequence ? { sequence } : {}),
    ...(answers ? { answers } : {}),
    orders: orders
      ? ordersIn(orders.value, names, on)
      : [{ name: "written", kind: "written", span: resolved.node.span }],
    span: resolved.node.span,
  }
}

/** With defaults. */
const answersIn = (given: unknown): Answers => {
  const { max_tokens, beams } = coreSchemas.stream.properties!.answers.properties!
  return { max_tokens: max_tokens.default as number, beams: beams.default as number, ...(given as Partial<Answers>) }
}

/** Options of the other head. */
const reportUnfitting = (
  { settings }: Resolved,
  written: boolean,
  isOwn: (setting: Setting | undefined) => setting is Setting,
  { report }: Context,
): void => {
  const head = settings.get("head")
  const option = settings.get(written ? "scenario" : "answers")
  const [first] = [option, head].filter(isOwn)
  if (option && first && head?.value.kind !== "broken")
    report(diagnose(written ? "L2R0530" : "L2R0531", first.key.span, {}))
}

const wordOf = (setting: Setting | undefined): string | undefined =>
  setting?.value.kind === "word" ? setting.value.text : undefined
const itemsOf = (value: ValueNode): readonly ValueNode[] => (value.kind === "list" ? value.items : [value])

const tasksIn = (value: ValueNode, context: Context): readonly Entry[] => {
  const items = itemsOf(value)
  if (items.length === 0) context.report(diagnose("L2R0407", value.span, { name: "tasks", least: 1 }))
  const entries = items.flatMap((item) => tasksOf(item, context))
  const first = new Map<string, Span>()
  for (const { data, task, span } of entries) {
    const key = JSON.stringify([data, task])
    const before = first.get(key)
    if (before)
      context.report(
        diagnose("L2R0502", span, { task: task ?? data }, { related: [{ span: before, message: "first here" }] }),
      )
    else first.set(key, span)
  }
  return entries
}

/** `intents`, or `intents[t1, t2]`. */
const tasksOf = (item: ValueNode, context: Context): readonly Entry[] => {
  const on = { ...context, name: "tasks" }
  if (item.kind !== "pick") {
    if (item.kind !== "word" || item.member) {
      if (item.kind !== "broken") {
        context.report(
          diagnose("L2R0404", item.span, {
            name: "tasks",
            wanted: "data and its tasks",
            found: found(item),
            help: "write `intents[t1, t2]`, or `intents` for all of them",
          }),
        )
      }
      return []
    }
    const data = referTo(item, "data", on)
    return data === undefined ? [] : [{ data, span: item.span }]
  }
  const data = referTo({ kind: "word", text: item.name.text, span: item.name.span }, "data", on)
  const known = data === undefined ? undefined : context.tasksOf(data)
  if (item.items.length === 0) context.report(diagnose("L2R0407", item.span, { name: "tasks", least: 1 }))
  return item.items.flatMap((each) => {
    const task = taskName(each)
    if (task === undefined) {
      if (each.kind !== "broken")
        context.report(
          diagnose("L2R0404", each.span, {
            name: "tasks",
            wanted: "the name of a task",
            found: found(each),
            help: 'a name that is no word is written as a text: "..."',
          }),
        )
      return []
    }
    if (known && !known.includes(task.text)) {
      const near = nearest(task.text, known)
      context.report(
        diagnose(
          "L2R0501",
          task.span,
          { data: data!, task: task.text, near, names: known },
          near ? { fix: { span: task.span, text: /^[A-Za-z_]\w*$/.test(near) ? near : JSON.stringify(near) } } : {},
        ),
      )
    }
    return data === undefined ? [] : [{ data, task: task.text, span: task.span }]
  })
}

const taskName = (node: ValueNode): Name | undefined => {
  if (node.kind === "text") return { text: node.value, span: node.span }
  return node.kind === "word" && !node.member ? { text: node.text, span: node.span } : undefined
}

/** The names of a stream's tasks, as far as they can be told without reading data. */
export const taskNames = (stream: Pick<Stream, "tasks">, context: Context): readonly string[] | undefined => {
  const names: string[] = []
  for (const { data, task } of stream.tasks) {
    if (task !== undefined) names.push(task)
    else {
      const all = context.tasksOf(data)
      if (!all) return undefined
      names.push(...all)
    }
  }
  return names
}
