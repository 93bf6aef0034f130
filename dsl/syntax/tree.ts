/** Concrete to abstract: reads the syntax trees of `grammar.ts` into the nodes of `ast.ts`, and reports names, numbers and texts that mean nothing. */
import type { CstElement, CstNode, IToken } from "chevrotain"
import { diagnose } from "../diagnostics/catalogue.ts"
import type { Report } from "../diagnostics/diagnostic.ts"
import type { Span } from "../spec.ts"
import type { Comparison, Name, Setting, ValueNode } from "./ast.ts"
import { endOf, Text } from "./tokens.ts"
import { readNumber, readText, UNIT_NAMES } from "./values.ts"

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/
export const canBeName = (word: string): boolean => NAME.test(word)

/** The only child under a label, or none. */
const token = (node: CstNode, label: string): IToken | undefined => node.children[label]?.[0] as IToken | undefined
const child = (node: CstNode, label: string): CstNode | undefined => node.children[label]?.[0] as CstNode | undefined
const children = (node: CstNode | undefined, label: string): readonly CstNode[] =>
  (node?.children[label] ?? []) as CstNode[]
const isNode = (element: CstElement): element is CstNode => "children" in element

export interface Reader {
  spanOf(from: IToken, to?: IToken): Span
  word(token: IToken): Name
  text(token: IToken): Name
  number(token: IToken): ValueNode
  entry(node: CstNode): { readonly setting: Setting } | { readonly comparison: Comparison }
  /** The values of a `values` rule. */
  values(node: CstNode): ValueNode[]
  /** Reports that between the end of an entry and the word that begins the next there is neither a comma nor a line break. */
  apart(end: number, next: Pick<Span, "start" | "end">): void
  entries(body: CstNode | undefined): { readonly settings: Setting[]; readonly comparisons: Comparison[] }
}

/** `text` from `offset` on is what the tokens were read from. */
export const readerOf = (file: string, report: Report, text: string, offset = 0): Reader => {
  const spanOf = (from: IToken, to: IToken = from): Span => ({ file, start: from.startOffset, end: endOf(to) })

  const word = (from: IToken): Name => {
    const span = spanOf(from)
    if (!canBeName(from.image)) {
      const plain = from.image
        .normalize("NFKD")
        .replace(/[\u0300-\u036f]/g, "")
        .replaceAll("-", "_")
      const suggestion = canBeName(plain) ? plain : undefined
      report(
        diagnose(
          "L2R0106",
          span,
          { name: from.image, suggestion },
          suggestion ? { fix: { span, text: suggestion } } : {},
        ),
      )
    }
    return { text: from.image, span }
  }

  const texted = (from: IToken): Name => {
    const { value, badEscapes } = readText(from.image)
    for (const { start, end } of badEscapes) {
      const span = { file, start: from.startOffset + start, end: from.startOffset + end }
      report(diagnose("L2R0103", span, { escape: from.image.slice(start, end) }))
    }
    return { text: value, span: spanOf(from) }
  }

  const number = (from: IToken): ValueNode => {
    const span = spanOf(from)
    const read = readNumber(from.image)
    if ("value" in read) return { kind: "number", value: read.value, unit: read.unit, written: from.image, span }
    report(
      read.problem === "unit"
        ? diagnose("L2R0104", { ...span, start: span.end - read.unit.length }, { unit: read.unit, units: UNIT_NAMES })
        : diagnose("L2R0105", span, {}),
    )
    return { kind: "broken", span }
  }

  const keyword = ({ start }: Span) => ({ start, end: start + "compare".length })

  const value = (node: CstNode): ValueNode => {
    const from = token(node, "from")
    if (from) {
      const to = token(node, "to")
      const first = number(from)
      if (!to) return first
      const last = number(to)
      const span = spanOf(from, to)
      return first.kind === "number" && last.kind === "number"
        ? { kind: "range", from: first.value, to: last.value, span }
        : { kind: "broken", span }
    }
    const written = token(node, "Text")
    if (written) {
      const { text: value, span } = texted(written)
      return { kind: "text", value, span }
    }
    const list = child(node, "list")
    if (list) return { kind: "list", items: items(list), span: bracketSpan(list, "LeftBracket", "RightBracket") }
    const record = child(node, "record")
    if (record) return { kind: "record", ...entries(record), span: bracketSpan(record, "LeftBrace", "RightBrace") }
    return wordValue(node, token(node, "Word")!)
  }

  const wordValue = (node: CstNode, first: IToken): ValueNode => {
    const member = token(node, "member")
    if (member) return { kind: "word", text: word(first).text, member: word(member), span: spanOf(first, member) }
    const call = child(node, "call")
    const picked = child(node, "picked")
    if (!call && !picked) {
      const { text: name, span } = word(first)
      return { kind: "word", text: name, span }
    }
    const end = call ? token(call, "RightParen")! : token(picked!, "RightBracket")!
    const span = spanOf(first, end)
    if (picked && first.image === "sweep") {
      const tag = token(node, "tag")
      return { kind: "sweep", ...(tag && { tag: word(tag) }), items: items(picked), span }
    }
    return { kind: call ? "call" : "pick", name: word(first), items: items((call ?? picked)!), span }
  }

  const items = (bracketed: CstNode): ValueNode[] => children(child(bracketed, "values"), "value").map(value)
  const bracketSpan = (node: CstNode, open: string, close: string): Span =>
    spanOf(token(node, open)!, token(node, close)!)

  const entry: Reader["entry"] = (node) => {
    const written = child(node, "setting")
    if (written) {
      const key = token(written, "key")!
      const read = value(child(written, "value")!)
      return {
        setting: {
          key: key.tokenType === Text ? texted(key) : word(key),
          value: read,
          span: { ...spanOf(key), end: read.span.end },
        },
      }
    }
    const comparison = child(node, "comparison")!
    const [left, against, on] = [
      value(child(comparison, "left")!),
      value(child(comparison, "against")!),
      value(child(comparison, "on")!),
    ]
    return { comparison: { left, against, on, span: { ...spanOf(token(comparison, "Compare")!), end: on.span.end } } }
  }

  const apart: Reader["apart"] = (end, next) => {
    if (/[\r\n]/.test(text.slice(end - offset, next.start - offset))) return
    const found = text.slice(next.start - offset, next.end - offset)
    const fix = { span: { file, start: end, end }, text: "," }
    report(diagnose("L2R0114", { file, start: next.start, end: next.end }, { found }, { fix }))
  }

  const entries: Reader["entries"] = (body) => {
    const settings: Setting[] = []
    const comparisons: Comparison[] = []
    const commas = (body?.children.Comma ?? []) as IToken[]
    let end: number | undefined
    let comma = 0
    for (const element of body?.children.entry ?? []) {
      if (!isNode(element)) continue
      const read = entry(element)
      const { span } = "setting" in read ? read.setting : read.comparison
      const parted = commas[comma]?.startOffset < span.start
      if (parted) comma++
      else if (end !== undefined) apart(end, "setting" in read ? read.setting.key.span : keyword(span))
      end = span.end
      if ("setting" in read) settings.push(read.setting)
      else comparisons.push(read.comparison)
    }
    return { settings, comparisons }
  }

  return {
    spanOf,
    word,
    text: texted,
    number,
    entry,
    entries,
    apart,
    values: (node) => children(node, "value").map(value),
  }
}
