/** Rules of a plugin's options that a JSON Schema can't say: the plugin is asked, and its complaint is put in its place. */

import { diagnose } from "../diagnostics/catalogue.ts"
import type { Report } from "../diagnostics/diagnostic.ts"
import type { Declaration, Span } from "../spec.ts"
import type { Setting, ValueNode } from "../syntax/ast.ts"
import type { JsonSchema } from "../vocabulary.ts"

/** A rule that a declaration breaks. */
export interface BrokenRule {
  /** To the option that is to blame, and further into its value; empty where the options together are. */
  readonly path: readonly (string | number)[]
  readonly message: string
}

/** Asks a declaration's plugin, of which every option alone is sound. */
export type BrokenIn = (kind: string, declaration: Declaration) => readonly BrokenRule[]

/** Reports what the plugin says, each at the innermost value that its path leads to, else at the name. */
export const reportBroken = (
  broken: readonly BrokenRule[],
  of: { readonly plugin: string; readonly options: JsonSchema },
  settings: ReadonlyMap<string, Setting>,
  name: Span,
  report: Report,
): void => {
  for (const { path, message } of broken) {
    const [option, ...rest] = path
    const value = settings.get(String(option))?.value
    const about = of.options.properties?.[String(option)]?.description
    report(diagnose("L2R0416", value ? placeIn(value, rest) : name, { plugin: of.plugin, message, about }))
  }
}

const placeIn = (value: ValueNode, [step, ...rest]: BrokenRule["path"]): Span => {
  const inner =
    value.kind === "record"
      ? value.settings.find(({ key }) => key.text === String(step))?.value
      : value.kind === "list"
        ? value.items[Number(step)]
        : undefined
  return inner ? placeIn(inner, rest) : value.span
}
