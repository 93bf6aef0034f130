/** Rows on a stream whose texts are answered in words: what needs classes, or heads of classes, has no place there. */

import { diagnose } from "../diagnostics/catalogue.ts"
import type { Context, Listed } from "../names/context.ts"
import { pluginsOf } from "../names/scope.ts"

export const checkWriting = (rows: readonly Listed[], stream: string, context: Context): void => {
  const { scope, resolve, report } = context
  const named = { stream: scope.writtenOf(stream) }
  for (const { name, span } of rows) {
    const declared = scope.declared.get(name)
    const holes = { row: scope.writtenOf(name), ...named }
    const isProbe = declared ? declared.kind === "probe" : !!pluginsOf(scope.vocabulary, "probe").get(name)
    if (isProbe) report(diagnose("L2R0533", span, holes))
    const head = declared?.kind === "router" ? resolve(declared).settings.get("head") : undefined
    if (head) report(diagnose("L2R0534", head.key.span, holes, { related: [{ span, message: "listed here" }] }))
  }
}
