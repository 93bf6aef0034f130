/**
 * Where in the grammar an offset is, on text of any state: the tokens before it are followed through the blocks and lists
 * that are open there, so that nothing has to parse.
 *
 *     router learnt = l2r { memory: few, hid|          an option of `learnt`, after `memory`
 *     stream s { tasks: intents[t1, |                  a value of `tasks`, picked from `intents`
 */
import type { IToken } from "chevrotain"
import { isKind } from "../kinds.ts"
import type { DeclarationNode } from "../syntax/ast.ts"
import { beginsLine } from "../syntax/chunks.ts"
import {
  Colon,
  Dot,
  Dots,
  Equals,
  endOf,
  isWord,
  LeftBrace,
  LeftBracket,
  LeftParen,
  NumberToken,
  OpenText,
  RightBrace,
  RightBracket,
  RightParen,
  Text,
} from "../syntax/tokens.ts"
import { type Document, declarationAt } from "./document.ts"
import { type Frame, plain, step } from "./frames.ts"

export type Slot =
  /** The start of a line outside all blocks. */
  | { readonly at: "line" }
  | { readonly at: "name" }
  /** After the name: `=` or a block. */
  | { readonly at: "named" }
  | { readonly at: "plugin"; readonly alias?: string }
  /** After the plugin: a text, or a block. */
  | { readonly at: "after plugin" }
  | { readonly at: "option"; readonly path: readonly string[]; readonly given: readonly string[] }
  | {
      readonly at: "value"
      readonly path: readonly string[]
      readonly listed: boolean
      /** What stands before the bracket or the parenthesis that is open: `intents[`, `shuffled(`. */
      readonly of?: string
      readonly given: readonly string[]
    }
  | {
      readonly at: "row"
      readonly side: "left" | "against"
      readonly listed: boolean
      readonly given: readonly string[]
    }
  /** After the dot of a row. */
  | { readonly at: "head"; readonly row: string }
  | { readonly at: "metric" }
  /** A keyword that must come next. */
  | { readonly at: "keyword"; readonly words: readonly string[] }
  /** The text of a `use` or `import` line, or after a plugin. */
  | { readonly at: "text"; readonly of: "use" | "import" | "location" }
  | { readonly at: "nothing" }

export interface Place {
  readonly slot: Slot
  /** What is being written there: the word or the text around the offset; empty where none is. */
  readonly start: number
  readonly end: number
  /** The part of it before the offset; of a text, without its quote. */
  readonly written: string
  /** In a text, or on a word or number; else a new one begins here. */
  readonly within: "text" | "word" | "nothing"
  /** The declaration around the offset. */
  readonly declaration?: DeclarationNode
  readonly kind?: string
}

export const placeAt = (document: Document, offset: number): Place => {
  const { text, tokens, chunks } = document
  const nothing: Place = { slot: { at: "nothing" }, start: offset, end: offset, written: "", within: "nothing" }
  if (tokens.comments.some((token) => token.startOffset < offset && offset <= endOf(token))) return nothing
  const touched = tokens.tokens.find((token) => isTouched(token, offset))
  const inText = touched?.tokenType === Text || touched?.tokenType === OpenText
  const start = touched ? touched.startOffset + (inText ? 1 : 0) : offset
  const end = touched ? endOf(touched) - (touched.tokenType === Text ? 1 : 0) : offset
  const within = touched ? (inText ? "text" : "word") : "nothing"
  const about = { start, end, written: text.slice(start, offset), within } as const
  const first = touched?.startOffset ?? offset
  const chunk = chunks.findLast(({ tokens: [begin] }) => begin.startOffset < first)
  const before = chunk
    ? sinceLastStart(
        chunk.tokens.filter((token) => endOf(token) <= first && token !== touched),
        text,
      )
    : []
  const [begin] = before
  if (!begin || !chunk) return { ...about, slot: inText ? nothing.slot : { at: "line" } }
  const newLine = /[\r\n]/.test(text.slice(endOf(before[before.length - 1]), first))
  const rest = chunk.tokens.filter((token) => token.startOffset >= Math.max(offset, end))
  const slot = slotAfter(before, rest, newLine, inText, text)
  if (slot.at === "line") return { ...about, slot: inText ? nothing.slot : slot }
  const kind = isKind(begin.image) ? begin.image : undefined
  return { ...about, slot, kind, declaration: declarationAt(document, begin.startOffset) }
}

const isTouched = (token: IToken, offset: number): boolean => {
  if (token.startOffset >= offset) return false
  const type = token.tokenType
  if (type === Text) return offset < endOf(token)
  return (type === NumberToken || type === OpenText || isWord(token)) && offset <= endOf(token)
}

/** A declaration that begins in what an unfinished one before it has swallowed: `router a =` and `router b = l2r` below. */
const sinceLastStart = (tokens: readonly IToken[], text: string): readonly IToken[] => {
  for (let i = tokens.length - 1; i > 0; i--) {
    const [word, name, sign] = tokens.slice(i, i + 3)
    if (
      isKind(word.image) &&
      isWord(name) &&
      (sign?.tokenType === Equals || sign?.tokenType === LeftBrace) &&
      beginsLine(tokens, i, text)
    )
      return tokens.slice(i)
  }
  return tokens
}

const slotAfter = (
  before: readonly IToken[],
  rest: readonly IToken[],
  newLine: boolean,
  inText: boolean,
  text: string,
): Slot => {
  const [first] = before
  const open = before.findIndex(({ tokenType }) => tokenType === LeftBrace)
  if (open < 0) return headerSlot(before, first, newLine, inText)
  const frames: Frame[] = []
  for (let i = open; i < before.length; i++) {
    step(frames, before, i, text)
    if (frames.length === 0) return { at: "line" }
  }
  return frameSlot(frames, before, rest, newLine)
}

const headerSlot = (before: readonly IToken[], first: IToken, newLine: boolean, inText: boolean): Slot => {
  const last = before[before.length - 1]
  if (first.image === "use" || first.image === "import") {
    if (inText) return before.length === 1 ? { at: "text", of: first.image } : { at: "nothing" }
    if (newLine) return { at: "line" }
    if (last.tokenType === Text && first.image === "use") return { at: "keyword", words: ["as"] }
    return before.length === 1 ? { at: "text", of: first.image } : { at: "nothing" }
  }
  if (inText) return before.length >= 4 ? { at: "text", of: "location" } : { at: "nothing" }
  if (last.tokenType === Equals) return { at: "plugin" }
  if (last.tokenType === Dot) return { at: "plugin", alias: before[before.length - 2]?.image }
  if (newLine) return { at: "line" }
  if (first.image === "language") return before.length === 1 ? { at: "keyword", words: ["1"] } : { at: "nothing" }
  if (before.length === 1) return { at: "name" }
  if (before.length === 2) return { at: "named" }
  return { at: "after plugin" }
}

const frameSlot = (
  frames: readonly Frame[],
  before: readonly IToken[],
  rest: readonly IToken[],
  newLine: boolean,
): Slot => {
  const frame = frames[frames.length - 1]
  const block = frames.findLast(({ opener }) => opener === "{")!
  const last = before[before.length - 1]
  const path = frames.flatMap(({ key }) => (key === undefined ? [] : [key]))
  if (frame !== block) {
    if (frame.next === "end") return { at: "nothing" }
    if (block.comparison) {
      if (last.tokenType === Dot) return { at: "head", row: before[before.length - 2]?.image ?? "" }
      return { at: "row", side: "against", listed: true, given: [...frame.given, ...comingItems(rest)] }
    }
    return { at: "value", path, listed: true, of: frame.of, given: [...frame.given, ...comingItems(rest)] }
  }
  if (frame.next === "value") {
    if (last.tokenType === Dot) return { at: "head", row: before[before.length - 2]?.image ?? "" }
    if (last.tokenType === Dots) return { at: "nothing" }
    if (frame.comparison === "on") return { at: "metric" }
    if (frame.comparison) return { at: "row", side: frame.comparison, listed: false, given: [] }
    return { at: "value", path, listed: false, given: [] }
  }
  if (frame.next === "colon") return { at: "nothing" }
  if (frame.comparison === "left") return { at: "keyword", words: ["against"] }
  if (frame.comparison === "against" && frame.next === "end") return { at: "keyword", words: ["on"] }
  if (frame.next === "option" || newLine)
    return { at: "option", path: path.slice(0, frames.length - 1), given: [...frame.given, ...comingOptions(rest)] }
  return { at: "nothing" }
}

/** Options of the same block that come after the offset. */
const comingOptions = (rest: readonly IToken[]): string[] =>
  atDepth(rest).flatMap((token, i, all) => (all[i + 1]?.tokenType === Colon ? [plain(token)] : []))

const comingItems = (rest: readonly IToken[]): string[] =>
  atDepth(rest).flatMap((token) => (token.tokenType === Text || isWord(token) ? [plain(token)] : []))

/** The tokens up to the end of the innermost block or list, without what stands in others in it. */
const atDepth = (tokens: readonly IToken[]): IToken[] => {
  const found: IToken[] = []
  let depth = 0
  for (const token of tokens) {
    const type = token.tokenType
    if (type === LeftBrace || type === LeftBracket || type === LeftParen) depth++
    else if (type === RightBrace || type === RightBracket || type === RightParen) {
      if (depth-- === 0) return found
    } else if (depth === 0) found.push(token)
  }
  return found
}
