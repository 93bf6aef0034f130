/** Elements to lines: on one line where it fits, opened where it does not or where the author opened it. */
import {
  Against,
  Colon,
  Comma,
  Dot,
  Dots,
  LeftBrace,
  LeftBracket,
  LeftParen,
  RightBracket,
  RightParen,
} from "../syntax/tokens.ts"
import { columns, indented, type Line, padded, STEP, WIDTH } from "./lines.ts"
import type { Marks } from "./marks.ts"
import { type Element, firstOf, type Group, hasOpened, isGroup, lastOf, type Part } from "./tree.ts"
import type { Note, Token } from "./trivia.ts"

/** What stands between two tokens on a line. */
const between = (left: Token, right: Token, { names }: Marks): string => {
  const { type } = right
  if (type === Comma || type === Colon || type === Dot || type === Dots || type === RightBracket || type === RightParen)
    return ""
  if (left.type === Dot || left.type === Dots || left.type === LeftParen || left.type === LeftBracket) return ""
  return (type === LeftParen || type === LeftBracket) && names.has(left.end) ? "" : " "
}

/** Parts on one line, each group as `write` gives it. */
const inline = (parts: readonly Part[], marks: Marks, write: (group: Group) => string): string => {
  let text = ""
  parts.forEach((part, index) => {
    const gap = index === 0 ? "" : between(lastOf(parts[index - 1]), firstOf(part), marks)
    text += gap + (isGroup(part) ? write(part) : part.image)
  })
  return text
}

/** Parts on one line. */
export const flat = (parts: readonly Part[], marks: Marks): string =>
  inline(parts, marks, ({ open, close, block, elements }) => {
    const inner = elements.map((element) => flat(element.parts, marks)).join(", ")
    const gap = block ? " " : ""
    return inner === "" ? `${open.image}${gap}${close.image}` : `${open.image}${gap}${inner}${gap}${close.image}`
  })

/** Comments on lines of their own. */
export const noteLines = (notes: readonly Note[], indent: number): Line[] =>
  notes.flatMap(({ text, apart }) => [...(apart ? [{ text: "" }] : []), { text: indented(indent, text) }])

/** What stands above an element: its comments, and an empty line where it begins a group. */
export const aboveOf = (notes: readonly Note[], apart: boolean, indent: number): Line[] => [
  ...noteLines(notes, indent),
  ...(apart ? [{ text: "" }] : []),
]

/**
 * The lines of some parts, the first of them behind `lead`. Groups that the author opened are opened; where there is none
 * and the line is too long, the last one is.
 */
export const lines = (lead: string, parts: readonly Part[], indent: number, marks: Marks): Line[] => {
  const whole = lead + flat(parts, marks)
  const forced = hasOpened(parts)
  const groups = parts.filter((part) => isGroup(part) && part.elements.length > 0)
  if (!forced && (columns(whole) <= WIDTH || groups.length === 0)) return [{ text: whole }]
  const open = (group: Group): boolean => (forced ? group.opened : group === groups[groups.length - 1])
  const made: Line[] = []
  let text = lead
  parts.forEach((part, index) => {
    if (index > 0) text += between(lastOf(parts[index - 1]), firstOf(part), marks)
    if (!isGroup(part) || !open(part)) text += flat([part], marks)
    else {
      made.push({ text: text + part.open.image, remark: part.open.after })
      for (const line of inside(part, indent + STEP, marks)) made.push(line)
      text = indented(indent, part.close.image)
    }
  })
  return [...made, { text }]
}

/** The lines within an opened group: no empty one first or last. */
const inside = (group: Group, indent: number, marks: Marks): Line[] => {
  const made = group.block ? entries(group.elements, indent, marks) : items(group.elements, indent, marks)
  const all = [...made, ...noteLines(group.rest, indent)]
  return all[0]?.text === "" ? all.slice(1) : all
}

/** The last of these lines with a comment behind it. */
export const remarked = (made: readonly Line[], remark: string | undefined): Line[] =>
  remark === undefined ? [...made] : [...made.slice(0, -1), { ...made[made.length - 1], remark }]

/** Options, each on lines of its own; values of neighbours stand in one column. */
const entries = (elements: readonly Element[], indent: number, marks: Marks): Line[] => {
  const cells = elements.map((element) => splitAt(element, marks))
  const made: Line[] = []
  for (let at = 0; at < elements.length; ) {
    const { comparison } = cells[at]
    let end = at + 1
    while (end < elements.length && cells[end].comparison === comparison && !startsGroup(elements[end])) end++
    let width = 0
    for (const { first } of cells.slice(at, end)) width = Math.max(width, columns(first))
    for (; at < end; at++) {
      const { parts, notes, remark, apart } = elements[at]
      const { first, rest } = cells[at]
      const lead = rest === 0 ? "" : `${padded(first, width)} `
      for (const line of aboveOf(notes, apart, indent)) made.push(line)
      const own = lines(indented(indent, lead), parts.slice(rest), indent, marks)
      if (at < elements.length - 1 && endsInSweep(parts)) own.push({ text: `${own.pop()!.text},` })
      for (const line of remarked(own, remark)) made.push(line)
    }
  }
  return made
}

/** The plain word `sweep` at the end of an option needs its comma: what follows would be the name of a sweep. */
const endsInSweep = (parts: readonly Part[]): boolean => lastOf(parts[parts.length - 1]).image === "sweep"

const startsGroup = ({ apart, notes }: Element): boolean => apart || notes.some((note) => note.apart)

interface Cells {
  readonly comparison: boolean
  /** What stands in the first column: `tasks:`, or `compare learnt`. */
  readonly first: string
  /** The first part of the second. */
  readonly rest: number
}

const splitAt = ({ parts }: Element, marks: Marks): Cells => {
  const [key, colon] = parts
  if (colon && !isGroup(colon) && colon.type === Colon && !isGroup(key))
    return { comparison: false, first: `${key.image}:`, rest: 2 }
  const side = parts.findIndex((part) => marks.sides.has(firstOf(part).start))
  const word = parts[side - 1]
  const plain = side > 1 && !isGroup(word) && word.type === Against && !hasOpened(parts.slice(0, side - 1))
  return plain
    ? { comparison: true, first: flat(parts.slice(0, side - 1), marks), rest: side - 1 }
    : { comparison: true, first: "", rest: 0 }
}

/** Items of a list: the author's lines stay, those that are too long are broken. */
const items = (elements: readonly Element[], indent: number, marks: Marks): Line[] => {
  const made: Line[] = []
  let text = ""
  const finish = (remark?: string): void => {
    if (text !== "") made.push({ text: indented(indent, text), remark })
    text = ""
  }
  for (const { parts, notes, remark, newLine, apart } of elements) {
    const item = `${flat(parts, marks)},`
    const alone = hasOpened(parts) || indent + columns(item) > WIDTH
    if (newLine || alone || notes.length > 0 || indent + columns(text) + 1 + columns(item) > WIDTH) finish()
    for (const line of aboveOf(notes, apart, indent)) made.push(line)
    if (alone) {
      const own = lines(indented(indent, ""), parts, indent, marks)
      const last = { text: `${own[own.length - 1].text},` }
      for (const line of remarked([...own.slice(0, -1), last], remark)) made.push(line)
      continue
    }
    text += text === "" ? item : ` ${item}`
    if (remark !== undefined) finish(remark)
  }
  finish()
  return made
}

export const isBlock = (part: Part | undefined): part is Group =>
  part !== undefined && isGroup(part) && part.open.type === LeftBrace
