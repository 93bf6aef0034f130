/**
 * A grammar as data, and the reader that it makes: tokens to concrete syntax trees by descent, a function for each part.
 *
 *     part      a token  |  a rule  |  [ optional ]  |  { repeated }  |  either ( alternatives )
 *
 * One token tells which way to go, and where it does not, a condition on those beside it. Nothing is read twice, nothing is
 * thrown, and nothing is recovered from: the first token that does not fit is the answer.
 */
import { readsAs, type Token, type TokenType } from "./tokens.ts"

/** The token at a distance from the next one: 0 is the next, -1 the last that was read. */
export type Ahead = (distance: number) => Token | undefined

export type Part =
  | {
      readonly kind: "token"
      readonly type: TokenType
      readonly label: string
      /** What messages call it. */
      readonly said: string
    }
  | { readonly kind: "rule"; readonly rule: string; readonly label: string }
  | { readonly kind: "optional" | "repeated"; readonly parts: readonly Part[]; readonly when?: When }
  | {
      readonly kind: "either"
      /** What messages say where none of them begins. */
      readonly said: string
      readonly alternatives: readonly { readonly parts: readonly Part[]; readonly when?: When }[]
    }
type When = (ahead: Ahead) => boolean

export type Grammar = Readonly<Record<string, readonly Part[]>>

export const token = (type: TokenType, label = type.name, said = type.label): Part => ({
  kind: "token",
  type,
  label,
  said,
})
export const rule = (name: string, label = name): Part => ({ kind: "rule", rule: name, label })
export const optional = (...parts: Part[]): Part => ({ kind: "optional", parts })
export const repeated = (...parts: Part[]): Part => ({ kind: "repeated", parts })
/** An optional or repeated part that is there under a condition. */
export const given = (when: When, part: Part & { readonly kind: "optional" | "repeated" }): Part => ({ ...part, when })

export interface CstNode {
  readonly name: string
  /** Tokens and nodes under their labels, in written order. */
  readonly children: Readonly<Record<string, readonly CstElement[]>>
}
export type CstElement = CstNode | Token

export interface SyntaxProblem {
  /** What could have stood there; empty where the end was expected. */
  readonly expected: string
  /** The token that is in the way; undefined at the end of the input. */
  readonly found?: Token
}

/** The bits of the tokens that some parts may begin with. */
export const firstOf = (parts: readonly Part[], grammar: Grammar): number => {
  let bits = 0
  for (const part of parts) {
    if (part.kind === "token") bits |= part.type.bit
    else if (part.kind === "rule") bits |= firstOf(grammar[part.rule], grammar)
    else if (part.kind === "either") for (const one of part.alternatives) bits |= firstOf(one.parts, grammar)
    else bits |= firstOf(part.parts, grammar)
    if (part.kind !== "optional" && part.kind !== "repeated") break
  }
  return bits
}

type Children = Record<string, CstElement[]>
/** False where a token does not fit. */
type Read = (children: Children) => boolean

/** The reader of a grammar: one of its rules over exactly these tokens. It is used again and again, one input after the other. */
export const readerOfGrammar = (grammar: Grammar) => {
  let tokens: readonly Token[] = []
  let at = 0
  let problem: SyntaxProblem | undefined
  const ahead: Ahead = (distance) => tokens[at + distance]
  const fail = (expected: string): boolean => {
    problem = { expected, found: tokens[at] }
    return false
  }
  const rules = new Map<string, Read>()

  const readOf = (part: Part): Read => {
    switch (part.kind) {
      case "token": {
        const { label, said } = part
        const { bit } = part.type
        return (children) => {
          const next = tokens[at]
          if (!readsAs(next, bit)) return fail(said)
          at++
          add(children, label, next)
          return true
        }
      }
      case "rule": {
        const { rule: name, label } = part
        return (children) => {
          const own: Children = {}
          if (!rules.get(name)!(own)) return false
          add(children, label, { name, children: own })
          return true
        }
      }
      case "optional":
      case "repeated": {
        const [read, first] = [sequenceOf(part.parts), firstOf(part.parts, grammar)]
        const { when } = part
        const goes = (): boolean => readsAs(tokens[at], first) && (when === undefined || when(ahead))
        if (part.kind === "optional") return (children) => !goes() || read(children)
        return (children) => {
          while (goes()) if (!read(children)) return false
          return true
        }
      }
      case "either": {
        const ways = part.alternatives.map(({ parts, when }) => ({
          read: sequenceOf(parts),
          first: firstOf(parts, grammar),
          when,
        }))
        return (children) => {
          for (const { read, first, when } of ways)
            if (readsAs(tokens[at], first) && (when === undefined || when(ahead))) return read(children)
          return fail(part.said)
        }
      }
    }
  }

  const sequenceOf = (parts: readonly Part[]): Read => {
    const reads = parts.map(readOf)
    if (reads.length === 1) return reads[0]
    return (children) => {
      for (const read of reads) if (!read(children)) return false
      return true
    }
  }
  for (const [name, parts] of Object.entries(grammar)) rules.set(name, sequenceOf(parts))

  return (rule: string, input: readonly Token[]): CstNode | SyntaxProblem => {
    ;[tokens, at, problem] = [input, 0, undefined]
    const children: Children = {}
    if (rules.get(rule)!(children) && at < tokens.length) fail("")
    tokens = []
    return problem ?? { name: rule, children }
  }
}

const add = (children: Children, label: string, element: CstElement): void => {
  const before = children[label]
  if (before === undefined) children[label] = [element]
  else before.push(element)
}
