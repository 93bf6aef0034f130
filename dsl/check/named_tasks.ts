/** Tasks that the options of a composition name: `addition { weights: { living: 0.7 } }`. */

import { diagnose } from "../diagnostics/catalogue.ts"
import { nearest } from "../diagnostics/suggest.ts"
import type { Context, Listed } from "../names/context.ts"
import type { Span, Stream } from "../spec.ts"
import type { ValueNode } from "../syntax/ast.ts"
import { taskNames } from "./stream.ts"

/** An error for each that the stream does not have, where its tasks are known. */
export const checkNamedTasks = (
  compositions: readonly Listed[],
  stream: Stream,
  experiment: string,
  context: Context,
): void => {
  const names = taskNames(stream, context)
  if (!names || names.length === 0) return
  for (const { name } of compositions) {
    const { entry, settings } = context.resolve(context.scope.declared.get(name)!)
    for (const option of (entry?.facts?.task_options as readonly string[] | undefined) ?? [])
      for (const { text: task, span } of namedIn(settings.get(option)?.value))
        if (!names.includes(task)) {
          const near = nearest(task, names)
          const fix = near && /^[A-Za-z_]\w*$/.test(near) ? { fix: { span, text: near } } : {}
          const about = { experiment, names: [name] }
          context.report(diagnose("L2R0516", span, { task, near, names }, { ...fix, about }))
        }
  }
}

/** The keys of a record, or the one task that is written. */
const namedIn = (value: ValueNode | undefined): readonly { readonly text: string; readonly span: Span }[] => {
  if (value?.kind === "record") return value.settings.map(({ key }) => key)
  if (value?.kind === "word") return [value]
  return value?.kind === "text" ? [{ text: value.value, span: value.span }] : []
}
