/** Options that get a declaration of their own: those that are selected, or a bound that is a plugin by its name alone. */

import { aKind, isRun } from "../../kinds.ts"
import type { DeclarationNode } from "../../syntax/ast.ts"
import { freeName } from "../completion/line.ts"
import type { Document } from "../document.ts"
import { markAt } from "../marks.ts"
import type { Edit } from "../rename.ts"

interface Extraction {
  readonly title: string
  readonly edits: readonly Edit[]
}

export const extractions = (document: Document, start: number, end: number): readonly Extraction[] => [
  ...(end > start ? fromSelection(document, start, end) : []),
  ...fromBound(document, start),
]

/** `router a = l2r { x: 1, y: 2 }` with `x: 1` selected: `router shared = l2r { x: 1 }` and `router a = shared { y: 2 }`. */
const fromSelection = (document: Document, start: number, end: number): Extraction[] => {
  const { text, tree, host } = document
  const node = tree.declarations.find(({ span }) => span.start <= start && end <= span.end)
  if (!node?.name || !node.kind || node.headerBroken || node.bodyBroken || isRun(node.kind)) return []
  const commented = document.tokens.comments.some(
    ({ startOffset }) => node.span.start < startOffset && startOffset < node.span.end,
  )
  if (commented) return []
  const chosen = node.settings.filter(({ span }) => span.start < end && start < span.end)
  if (chosen.length === 0) return []
  const name = freeName(`${node.name.text}_shared`, document)
  const source = (from: number, to: number) => text.slice(from, to)
  const right = node.plugin
    ? ` = ${source((node.alias ?? node.plugin).span.start, (node.location ?? node.plugin).span.end)}`
    : ""
  const shared = `${node.kind} ${name}${right} { ${chosen.map(({ span }) => source(span.start, span.end)).join(", ")} }\n`
  const rest = node.settings
    .filter((setting) => !chosen.includes(setting))
    .map(({ span }) => source(span.start, span.end))
  return [
    {
      title: `Extract into ${aKind(node.kind)} of its own`,
      edits: [
        { span: { file: host.file, start: node.span.start, end: node.span.start }, text: shared },
        {
          span: { file: host.file, start: node.name.span.end, end: node.span.end },
          text: ` = ${name}${rest.length > 0 ? ` { ${rest.join(", ")} }` : ""}`,
        },
      ],
    },
  ]
}

/** `bounds: [uniform]`: a router of that plugin, which can have options. */
const fromBound = (document: Document, offset: number): Extraction[] => {
  const mark = markAt(document, offset)
  const node: DeclarationNode | undefined = mark?.node
  if (mark?.role !== "plugin" || mark.option !== "bounds" || !node) return []
  const { file } = document.host
  const name = freeName(`${mark.text}_row`, document)
  return [
    {
      title: `Declare ${aKind(mark.kind ?? "")} for \`${mark.text}\`, to give it options`,
      edits: [
        {
          span: { file, start: node.span.start, end: node.span.start },
          text: `${mark.kind} ${name} = ${mark.text} { }\n\n`,
        },
        { span: mark.span, text: name },
        ...node.comparisons
          .flatMap(({ left, against }) => [left, ...(against.kind === "list" ? against.items : [against])])
          .flatMap((row): Edit[] =>
            row.kind === "word" && row.text === mark.text
              ? [{ span: { ...row.span, end: row.span.start + row.text.length }, text: name }]
              : [],
          ),
      ],
    },
  ]
}
