/** Mixed libraries: `library mixed { banking: low_rank, travel: bottleneck, smalltalk: "peft/smalltalk" }`. */

import { diagnose } from "../diagnostics/catalogue.ts"
import { nearest } from "../diagnostics/suggest.ts"
import type { Context } from "../names/context.ts"
import type { Resolved } from "../names/resolve.ts"
import { referTo } from "../options/references.ts"
import type { Library, ModulePlace, Span, Stream } from "../spec.ts"
import { taskNames } from "./stream.ts"

/** `folder`: of a file, as in a declaration. A text is the folder of a trained module. */
export const checkLibrary = (
  { node, settings, unsure }: Resolved,
  context: Context,
  folder: (file: string) => string = () => "",
): Library => {
  const own = new Set(node.settings)
  // It is made of what is no library: these may be the options of something else.
  const lost = unsure && node.plugin !== undefined && !node.headerBroken && !node.bodyBroken
  const adapterOf = new Map<string, string>()
  const moduleAt = new Map<string, ModulePlace>()
  for (const [task, setting] of settings) {
    const { value } = setting
    if (value.kind === "text" && value.value.trim() !== "") {
      const beside = folder(value.span.file)
      moduleAt.set(task, { location: value.value, ...(beside === "" ? {} : { folder: beside }), span: value.span })
      continue
    }
    const adapter = referTo(value, "adapter", {
      ...context,
      name: task,
      report: own.has(setting) && !lost ? context.report : () => {},
    })
    if (adapter !== undefined) adapterOf.set(task, adapter)
  }
  if (settings.size === 0 && !unsure)
    context.report(diagnose("L2R0407", node.name!.span, { name: node.name!.text, least: 1 }))
  return {
    name: node.name?.text ?? "",
    adapterOf: Object.fromEntries(adapterOf),
    ...(moduleAt.size > 0 ? { moduleAt: Object.fromEntries(moduleAt) } : {}),
    ...(node.variant ? { variantOf: node.variant.of } : {}),
    span: node.span,
  }
}

/** A library must have an adapter or a module for each task of the stream that it is used on in an experiment. */
export const checkCoverage = (
  library: Resolved,
  stream: Stream,
  at: Span,
  experiment: string,
  context: Context,
): void => {
  const tasks = library.unsure ? undefined : taskNames(stream, context)
  if (!tasks || tasks.length === 0) return
  const name = context.scope.writtenOf(library.node.name!.text)
  const lacking = tasks.filter((task) => !library.settings.has(task))
  if (lacking.length > 0)
    context.report(diagnose("L2R0503", at, { library: name, stream: stream.name, tasks: lacking }))
  for (const [task, { key }] of library.settings) {
    if (!tasks.includes(task)) {
      const near = nearest(task, lacking)
      const fix = near && /^[A-Za-z_]\w*$/.test(near) ? { fix: { span: key.span, text: near } } : {}
      context.report(
        diagnose(
          "L2R0504",
          key.span,
          { library: name, stream: stream.name, task, near },
          { ...fix, about: { experiment, names: [library.node.name!.text] } },
        ),
      )
    }
  }
}
