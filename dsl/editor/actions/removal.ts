/** Taking out what has no effect: a declaration that nothing names, an entry of a list, an option. */
import { RUN_KINDS } from "../../kinds.ts"
import type { Span } from "../../spec.ts"
import type { Document } from "../document.ts"
import { marksOf } from "../marks.ts"
import { linesOfUse, placesOf } from "../navigation.ts"
import type { Edit } from "../rename.ts"

/** Kinds that do something without being named. */
const ROOTS: ReadonlySet<string> = new Set([...RUN_KINDS, "backend"])

/** Declarations and `use` lines at a place that nothing names. */
export const unusedAt = (
  document: Document,
  offset: number,
): readonly { readonly title: string; readonly edits: readonly Edit[] }[] => {
  const { tree } = document
  const node = tree.declarations.find(({ span }) => span.start <= offset && offset <= span.end)
  if (node?.name && node.kind && !ROOTS.has(node.kind) && placesOf(node.name.text, document).length === 1)
    return [
      { title: `Remove the unused ${node.kind} \`${node.name.text}\``, edits: [lineRemoval(node.span, document)] },
    ]
  const line = linesOfUse(document).find(({ node: { span } }) => span.start <= offset && offset <= span.end)
  if (!line || marksOf(document).some(({ role, text, brought }) => role === "alias" && text === line.alias && !brought))
    return []
  return [{ title: `Remove the unused plugin \`${line.alias}\``, edits: [lineRemoval(line.node.span, document)] }]
}

/** A whole declaration, with its line break and one blank line behind it. */
const lineRemoval = (span: Span, { text }: Document): Edit => {
  const end =
    span.end +
    (/^[ \t]*(?:#[^\r\n]*)?(?:\r\n|\n|\r)?(?:[ \t]*(?:\r\n|\n|\r))?/.exec(text.slice(span.end))?.[0].length ?? 0)
  return { span: { ...span, end }, text: "" }
}

/** One entry of a list or a block, with the comma or the line break that belongs to it. */
export const removalOf = (span: Span, { text, tree }: Document): Edit => {
  const setting = tree.declarations.flatMap(({ settings }) => settings).find(({ key }) => key.span.start === span.start)
  const line = tree.languages.find((each) => each.span.start === span.start)
  const whole = setting?.span ?? line?.span ?? span
  const after = /^\s*,\s*/.exec(text.slice(whole.end))
  if (after) return { span: { ...whole, end: whole.end + after[0].length }, text: "" }
  const before = /\s*,\s*$|\s+$/.exec(text.slice(0, whole.start))
  return { span: { ...whole, start: whole.start - (before?.[0].length ?? 0) }, text: "" }
}
