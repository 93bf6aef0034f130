/** Tokens with what stands between them: comments and line breaks mean nothing to the parser, and much to people. */
import type { IToken, TokenType } from "chevrotain"
import { endOf, tokenize } from "../syntax/tokens.ts"

/** A comment on a line of its own. */
export interface Note {
  readonly text: string
  /** An empty line stands above it. */
  readonly apart: boolean
}

export interface Token {
  readonly read: IToken
  readonly image: string
  readonly type: TokenType
  readonly start: number
  readonly end: number
  /** Comments on the lines above it. */
  readonly before: readonly Note[]
  /** The comment behind it on its line. */
  after?: string
  /** It stands first on its line. */
  readonly newLine: boolean
  /** An empty line stands above it. */
  readonly apart: boolean
}

/** All tokens of a text, and the comments below the last. */
export const withTrivia = (text: string): { readonly tokens: readonly Token[]; readonly rest: readonly Note[] } => {
  const { tokens, comments } = tokenize(text)
  const all: Token[] = []
  let notes: Note[] = []
  let end = 0
  let next = 0
  /** Comments that stand before an offset. */
  const take = (until: number): void => {
    for (; next < comments.length && comments[next].startOffset < until; next++) {
      const comment = comments[next]
      const breaks = breaksBetween(text, end, comment.startOffset)
      const written = comment.image.trimEnd()
      const last = all[all.length - 1]
      if (breaks === 0 && last !== undefined && notes.length === 0) last.after = written
      else notes.push({ text: written, apart: breaks > 1 })
      end = endOf(comment)
    }
  }
  for (const token of tokens) {
    take(token.startOffset)
    const breaks = breaksBetween(text, end, token.startOffset)
    all.push({
      read: token,
      image: token.image,
      type: token.tokenType,
      start: token.startOffset,
      end: endOf(token),
      before: notes,
      newLine: breaks > 0 || all.length === 0,
      apart: breaks > 1,
    })
    notes = []
    end = endOf(token)
  }
  take(text.length + 1)
  return { tokens: all, rest: notes }
}

const LF = 10
const CR = 13

/** Line breaks (LF, CR LF or CR) between two offsets. */
const breaksBetween = (text: string, from: number, to: number): number => {
  let breaks = 0
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    if (code === LF || code === CR) breaks++
    if (code === CR && text.charCodeAt(at + 1) === LF) at++
  }
  return breaks
}

/** Where the line of a token begins, if nothing stands before it there; else where the token begins. */
export const lineStart = (text: string, { start, newLine }: Token): number => {
  if (!newLine) return start
  let at = start
  while (at > 0 && text.charCodeAt(at - 1) !== LF && text.charCodeAt(at - 1) !== CR) at--
  return at
}

/** The line break of a file: that of its first line. */
export const lineBreakOf = (text: string): "\n" | "\r\n" => (/\r\n|\n|\r/.exec(text)?.[0] === "\r\n" ? "\r\n" : "\n")
