/** The colours of a file by what its words mean, which a grammar of tokens alone can't tell. */
import type { IToken } from "chevrotain"
import { isKind } from "../kinds.ts"
import { Against, As, Compare, endOf, NumberToken, On, OpenText, Text } from "../syntax/tokens.ts"
import type { Document } from "./document.ts"
import { type Mark, marksOf } from "./marks.ts"

/** In the order in which the protocol numbers them. */
export const TOKEN_TYPES = [
  "keyword",
  "variable",
  "class",
  "property",
  "enumMember",
  "namespace",
  "number",
  "string",
  "comment",
] as const
export const TOKEN_MODIFIERS = ["declaration", "defaultLibrary"] as const

export interface SemanticToken {
  readonly start: number
  readonly end: number
  readonly type: (typeof TOKEN_TYPES)[number]
  readonly modifiers: readonly (typeof TOKEN_MODIFIERS)[number][]
}

const TYPES: Readonly<Record<Mark["role"], SemanticToken["type"]>> = {
  kind: "keyword",
  declaration: "variable",
  reference: "variable",
  alias: "namespace",
  source: "string",
  plugin: "class",
  option: "property",
  word: "enumMember",
  task: "enumMember",
  head: "enumMember",
}

export const semanticTokensOf = (document: Document): readonly SemanticToken[] => {
  const found = new Map<number, SemanticToken>()
  for (const { role, span, entry, alias } of marksOf(document))
    found.set(span.start, {
      start: span.start,
      end: span.end,
      type: TYPES[role],
      modifiers:
        role === "declaration" ? ["declaration"] : role === "plugin" && entry && !alias ? ["defaultLibrary"] : [],
    })
  const { tokens, comments } = document.tokens
  for (const [i, token] of [...tokens, ...comments].entries()) {
    const type = found.has(token.startOffset) ? undefined : plainType(token, tokens[i - 1])
    if (type) found.set(token.startOffset, { start: token.startOffset, end: endOf(token), type, modifiers: [] })
  }
  return [...found.values()].sort((a, b) => a.start - b.start)
}

const plainType = (token: IToken, before: IToken | undefined): SemanticToken["type"] | undefined => {
  const type = token.tokenType
  if (type.name === "Comment") return "comment"
  if (type === NumberToken) return "number"
  if (type === Text || type === OpenText) return "string"
  if (type === As || type === Compare || type === Against || type === On) return "keyword"
  if (["language", "use", "import", "sweep"].includes(token.image) || (isKind(token.image) && before === undefined))
    return "keyword"
  return undefined
}
