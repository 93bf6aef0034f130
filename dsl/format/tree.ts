/** Tokens to brackets and what stands in them: as much structure as the layout needs, and no more. */
import { openerOf, opens } from "../syntax/chunks.ts"
import { Comma, LeftBrace } from "../syntax/tokens.ts"
import type { Marks } from "./marks.ts"
import type { Note, Token } from "./trivia.ts"

/** An option, an item of a list, or a declaration. */
export interface Element {
  readonly parts: readonly Part[]
  /** Comments above it, with those that stood within it where none can stay. */
  readonly notes: readonly Note[]
  /** The comment behind it. */
  readonly remark?: string
  /** It begins a line in the source. */
  readonly newLine: boolean
  /** An empty line stands above it. */
  readonly apart: boolean
}

export type Part = Token | Group

export interface Group {
  readonly open: Token
  readonly close: Token
  /** `{ }`, whose elements stand each on a line of their own where it is opened. */
  readonly block: boolean
  readonly elements: readonly Element[]
  /** Comments below the last element. */
  readonly rest: readonly Note[]
  /** The author begins the first element on a new line, or comments stand in it: it can't stand on one line. */
  readonly opened: boolean
}

export const isGroup = (part: Part): part is Group => "elements" in part
export const firstOf = (part: Part): Token => (isGroup(part) ? part.open : part)
export const lastOf = (part: Part): Token => (isGroup(part) ? part.close : part)

/** The one element that these tokens are. Their brackets match. */
export const elementOf = (tokens: readonly Token[], marks: Marks): Element => {
  const reading = { tokens, at: 0, marks }
  const parts: Part[] = []
  while (reading.at < tokens.length) parts.push(partOf(reading))
  return element(parts, undefined)
}

interface Reading {
  readonly tokens: readonly Token[]
  at: number
  readonly marks: Marks
}

const partOf = (reading: Reading): Part => {
  const token = reading.tokens[reading.at++]
  return opens(token.read) ? groupOf(token, reading) : token
}

const groupOf = (open: Token, reading: Reading): Group => {
  const { tokens, marks } = reading
  const block = open.type === LeftBrace
  const elements: Element[] = []
  let parts: Part[] = []
  const finish = (comma?: Token): void => {
    if (parts.length > 0) elements.push(element(parts, comma))
    parts = []
  }
  for (;;) {
    const token = tokens[reading.at]
    if (openerOf(token.read)) break
    if (token.type === Comma) {
      reading.at++
      finish(token)
      continue
    }
    if (block && marks.entries.has(token.start)) finish()
    parts.push(partOf(reading))
  }
  finish()
  const close = tokens[reading.at++]
  const commented =
    open.after !== undefined ||
    close.before.length > 0 ||
    elements.some(({ notes, remark }) => notes.length > 0 || remark !== undefined)
  const first = elements.length > 0 ? firstOf(elements[0].parts[0]) : close
  return {
    open,
    close,
    block,
    elements,
    rest: close.before,
    opened: commented || (elements.length > 0 && first.newLine) || elements.some(({ parts }) => hasOpened(parts)),
  }
}

export const hasOpened = (parts: readonly Part[]): boolean => parts.some((part) => isGroup(part) && part.opened)

/** Gathers the comments of an element: the last may stay behind it, those within it go above it. */
const element = (parts: readonly Part[], comma: Token | undefined): Element => {
  const first = firstOf(parts[0])
  const within: string[] = []
  parts.forEach((part, index) => {
    const [begin, end] = [firstOf(part), lastOf(part)]
    if (index > 0) for (const { text } of begin.before) within.push(text)
    if (end.after !== undefined) within.push(end.after)
  })
  const last = lastOf(parts[parts.length - 1])
  for (const { text } of comma?.before ?? []) within.push(text)
  if (comma?.after !== undefined) within.push(comma.after)
  const behind = comma?.after !== undefined || (last.after !== undefined && (comma?.before ?? []).length === 0)
  const remark = behind ? within.pop() : undefined
  return {
    parts,
    notes: [...first.before, ...within.map((text, index) => ({ text, apart: index === 0 && first.apart }))],
    remark,
    newLine: first.newLine,
    apart: within.length === 0 && first.apart,
  }
}
