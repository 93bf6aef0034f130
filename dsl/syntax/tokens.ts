/**
 * Source text to tokens. Nothing is refused here: what fits no token becomes `Stray`, so that the lexer never fails and
 * the parser can say where. Names may be written with any letters; the tree says which of them are not allowed.
 */
import { createToken, type IToken, Lexer } from "chevrotain"

/** Letters beyond ASCII, without the spaces and the quotation marks among them. */
const OTHER_LETTERS = "\\u00AA-\\u167F\\u1681-\\u1FFF\\u2070-\\u2FFF\\u3040-\\uFEFE\\uFF00-\\uFFFF"

export const Space = createToken({ name: "Space", pattern: /[\s\uFEFF]+/, line_breaks: true, group: Lexer.SKIPPED })
export const Comment = createToken({ name: "Comment", pattern: /#[^\r\n]*/, group: "comments" })
export const Word = createToken({
  name: "Word",
  label: "a word",
  pattern: new RegExp(`[A-Za-z_${OTHER_LETTERS}][\\w\\-${OTHER_LETTERS}]*`),
})

/** Soft keywords: words that mean something in one place and are plain names everywhere else. */
const soft = (word: string) =>
  createToken({
    name: word[0].toUpperCase() + word.slice(1),
    label: `\`${word}\``,
    pattern: word,
    longer_alt: Word,
    categories: [Word],
  })
export const As = soft("as")
export const Compare = soft("compare")
export const Against = soft("against")
export const On = soft("on")

/** Digits with an optional fraction, exponent and unit: `8`, `1e-3`, `5%`, `30s`. */
export const NumberToken = createToken({
  name: "Number",
  label: "a number",
  pattern: /-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?(?:%|[A-Za-z_]\w*)?/,
})
export const Text = createToken({ name: "Text", label: "a text", pattern: /"[^"\\\r\n]*(?:\\[^\r\n][^"\\\r\n]*)*"/ })
export const OpenText = createToken({ name: "OpenText", label: "a text", pattern: /"[^\r\n]*/ })

const sign = (name: string, pattern: string) => createToken({ name, label: `\`${pattern}\``, pattern })
export const Dots = sign("Dots", "..")
export const Dot = sign("Dot", ".")
export const Colon = sign("Colon", ":")
export const Comma = sign("Comma", ",")
export const Equals = sign("Equals", "=")
export const LeftBrace = sign("LeftBrace", "{")
export const RightBrace = sign("RightBrace", "}")
export const LeftBracket = sign("LeftBracket", "[")
export const RightBracket = sign("RightBracket", "]")
export const LeftParen = sign("LeftParen", "(")
export const RightParen = sign("RightParen", ")")
/** Runs of characters that begin no token; spelled out, because the lexer can't jump by first character to a complement. */
export const Stray = createToken({
  name: "Stray",
  label: "this",
  pattern:
    /[\u0000-\u0008\u000E-\u001F!$%&'*+\-/;<>?@\\^`|~\u007F-\u009F\u00A1-\u00A9\u200B-\u2027\u202A-\u202E\u2030-\u205E\u2060-\u206F\u3001-\u303F]+/,
})

export const vocabularyOfTokens = [
  Space,
  Comment,
  As,
  Compare,
  Against,
  On,
  Word,
  Dots,
  NumberToken,
  Text,
  OpenText,
  Dot,
  Colon,
  Comma,
  Equals,
  LeftBrace,
  RightBrace,
  LeftBracket,
  RightBracket,
  LeftParen,
  RightParen,
  Stray,
]

const lexer = new Lexer(vocabularyOfTokens, {
  positionTracking: "onlyOffset",
  ensureOptimizations: true,
  skipValidations: true,
})

export interface Tokens {
  readonly tokens: readonly IToken[]
  readonly comments: readonly IToken[]
}

/** The tokens of a text. Parser, formatter and editor ask one after the other: those of the last text are kept. */
export const tokenize = (text: string): Tokens => {
  if (last?.text === text) return last.read
  const { tokens, groups } = lexer.tokenize(text)
  const read = { tokens, comments: groups.comments ?? [] }
  last = { text, read }
  return read
}

let last: { readonly text: string; readonly read: Tokens } | undefined

export const isWord = (token: IToken | undefined): token is IToken =>
  token !== undefined && (token.tokenType === Word || token.tokenType.CATEGORIES?.includes(Word) === true)

export const endOf = (token: IToken): number => token.startOffset + token.image.length
