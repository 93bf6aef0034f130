/** Which declarations name which others, in a file and in those that it imports. */
import type { DeclarationNode } from "../syntax/ast.ts"
import type { Document } from "./document.ts"
import { marksOfFile } from "./marks.ts"

export interface Link {
  /** The declaration that names the other. */
  readonly from: DeclarationNode
  readonly to: DeclarationNode
  /** The option that does; nothing where it extends the other. What is compared is listed anyway. */
  readonly option?: string
}

/** Each pair once for each option, in the order of their places. */
export const linksOf = (document: Document): readonly Link[] => {
  const { program, scope } = document
  const links = program.files
    .flatMap((file) => marksOfFile(file, document))
    .flatMap(({ role, text, node: from, option }): Link[] => {
      const to = role === "reference" ? scope.declared.get(text) : undefined
      return from && to && from !== to && option !== "compare"
        ? [{ from, to, ...(option !== undefined && { option }) }]
        : []
    })
  return [...new Map(links.map((link) => [JSON.stringify([link.from.span, link.to.span, link.option]), link])).values()]
}
