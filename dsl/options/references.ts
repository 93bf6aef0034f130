/** A value that names a declaration. */

import { diagnose } from "../diagnostics/catalogue.ts"
import { nearest } from "../diagnostics/suggest.ts"
import { aKind, isKind, type Kind } from "../kinds.ts"
import type { Checking } from "../names/context.ts"
import { mayBeUnreadable, pluginsOf } from "../names/scope.ts"
import { reportUnseen } from "../names/unseen.ts"
import type { ValueNode } from "../syntax/ast.ts"
import { found } from "./wording.ts"

/** Where an experiment lists declarations of a kind. */
const LISTS: Readonly<Record<string, string>> = {
  router: "routers",
  composition: "compositions",
  strategy: "bounds",
  probe: "bounds",
  adapter: "adapters",
  library: "adapters",
  grouping: "adapters",
  transfer: "adapters",
}

/** The list in which a declaration of this kind would be right; nothing where `option` is none of an experiment's lists. */
const listFor = (kind: string, option: string): string | undefined =>
  Object.values(LISTS).includes(option) ? LISTS[kind] : undefined

/** The name of a declaration of one of these kinds; undefined where it was reported or can't be told. */
export const referTo = (
  node: ValueNode,
  kinds: string | readonly string[],
  { name, scope, report }: Checking,
): string | undefined => {
  const wantedKinds = typeof kinds === "string" ? [kinds] : kinds
  const [kind] = wantedKinds
  const wanted = wantedKinds.map(aKind).join(" or ")
  if (node.kind === "broken") return undefined
  if (node.kind !== "word" || node.member) {
    report(diagnose("L2R0404", node.span, { name, wanted: `the name of ${wanted}`, found: found(node) }))
    return undefined
  }
  const { text, span } = node
  const declared = scope.declared.get(text)
  if (declared?.kind && wantedKinds.includes(declared.kind))
    return reportUnseen(text, span, declared, scope, report) ? undefined : text
  if (declared?.kind && isKind(declared.kind)) {
    return void report(
      diagnose(
        "L2R0305",
        span,
        { name: text, is: aKind(declared.kind), wanted, list: listFor(declared.kind, name) },
        { related: [{ span: declared.name!.span, message: "declared here" }] },
      ),
    )
  }
  if (wantedKinds.some((each) => mayBeUnreadable(scope, text, each))) return undefined
  const plugin = wantedKinds.find((each) => pluginsOf(scope.vocabulary, each).has(text))
  if (plugin) report(diagnose("L2R0310", span, { name: text, wanted, kind: plugin }))
  else {
    const names = wantedKinds.flatMap((each) => scope.namesOf(each as Kind))
    const near = nearest(text, names)
    report(diagnose("L2R0304", span, { name: text, kind, near, names }, near ? { fix: { span, text: near } } : {}))
  }
  return undefined
}
