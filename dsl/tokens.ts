/**
 * Source text to tokens. Nothing is refused here: what fits no token becomes `Stray`, so that reading never fails and the
 * parser can say where. Names may be written with any letters; the tree says which of them are not allowed.
 */

export interface TokenType {
  readonly name: string
  /** In a message. */
  readonly label: string
  /** A bit of its own. */
  readonly bit: number
  /** What it may be read as: itself, and of a soft keyword a word. */
  readonly reads: number
  /** The bracket that it closes. */
  readonly opener: TokenType | undefined
}

export interface Token {
  readonly tokenType: TokenType
  /** As it is written. */
  readonly image: string
  readonly startOffset: number
}

let types = 0
const typed = (name: string, label: string, also = 0, opener?: TokenType): TokenType => {
  const bit = 1 << types++
  return { name, label, bit, reads: bit | also, opener }
}
const sign = (name: string, image: string, opener?: TokenType) => typed(name, `\`${image}\``, 0, opener)

export const Word = typed("Word", "a word")
const keyword = (name: string, image: string) => typed(name, `\`${image}\``, Word.bit)
/** Soft keywords: words that mean something in one place and are plain names everywhere else. */
export const As = keyword("As", "as")
export const Compare = keyword("Compare", "compare")
export const Against = keyword("Against", "against")
export const On = keyword("On", "on")
export const NumberToken = typed("Number", "a number")
export const Text = typed("Text", "a text")
/** A text that its line ends. */
export const OpenText = typed("OpenText", "a text")
export const Dots = sign("Dots", "..")
export const Dot = sign("Dot", ".")
export const Colon = sign("Colon", ":")
export const Comma = sign("Comma", ",")
export const Equals = sign("Equals", "=")
export const LeftBrace = sign("LeftBrace", "{")
export const RightBrace = sign("RightBrace", "}", LeftBrace)
export const LeftBracket = sign("LeftBracket", "[")
export const RightBracket = sign("RightBracket", "]", LeftBracket)
export const LeftParen = sign("LeftParen", "(")
export const RightParen = sign("RightParen", ")", LeftParen)
/** A run of characters that begin no token. */
export const Stray = typed("Stray", "this")
export const Comment = typed("Comment", "a comment")

/** Letters beyond ASCII, without the spaces and the quotation marks among them. */
const OTHER_LETTERS = "\\u00AA-\\u167F\\u1681-\\u1FFF\\u2070-\\u2FFF\\u3040-\\uFEFE\\uFF00-\\uFFFF"

/** The forms of tokens, for other readers of the language too. */
export const WORD = `[A-Za-z_${OTHER_LETTERS}][\\w\\-${OTHER_LETTERS}]*`
/** Digits with an optional fraction, exponent and unit: `8`, `1e-3`, `5%`, `30s`. */
export const NUMBER = "-?(?:\\d+(?:\\.\\d+)?|\\.\\d+)(?:[eE][+-]?\\d+)?(?:%|[A-Za-z_]\\w*)?"

const forms = {
  space: /[\s\uFEFF]+/y,
  comment: /[^\r\n]*/y,
  word: new RegExp(WORD, "y"),
  number: new RegExp(NUMBER, "y"),
  text: /"[^"\\\r\n]*(?:\\[^\r\n][^"\\\r\n]*)*"/y,
  stray: new RegExp(`[^\\s\\uFEFF#A-Za-z_${OTHER_LETTERS}\\d".:,={}[\\]()]+`, "y"),
} as const

const KEYWORDS: ReadonlyMap<string, TokenType> = new Map([
  ["as", As],
  ["compare", Compare],
  ["against", Against],
  ["on", On],
])
const SIGNS: readonly TokenType[] = [
  ...[Colon, Comma, Equals],
  ...[LeftBrace, RightBrace, LeftBracket, RightBracket, LeftParen, RightParen],
]
/** By character code. */
const signAt: readonly (TokenType | undefined)[] = Array.from({ length: 128 }, (_, code) =>
  SIGNS.find(({ label }) => label.charCodeAt(1) === code),
)

export interface Tokens {
  readonly tokens: readonly Token[]
  readonly comments: readonly Token[]
}

export const tokenize = (text: string): Tokens => {
  const tokens: Token[] = []
  const comments: Token[] = []
  let at = 0
  /** The end of this form here; the same place where it is not there. */
  const endOfForm = (form: RegExp): number => {
    form.lastIndex = at
    return form.test(text) ? form.lastIndex : at
  }
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === 32 || code === 10 || code === 13 || code === 9) {
      at++
      continue
    }
    let type = code < 128 ? signAt[code] : undefined
    let end = at + 1
    if (type === undefined) {
      if (code === 35) {
        end = endOfForm(forms.comment)
        comments.push({ tokenType: Comment, image: text.slice(at, end), startOffset: at })
        at = end
        continue
      }
      if (code === 34) {
        end = endOfForm(forms.text)
        type = end > at ? Text : OpenText
        if (end === at) end = endOfForm(forms.comment)
      } else if (code === 46 && text.charCodeAt(at + 1) === 46) [type, end] = [Dots, at + 2]
      else if ((end = endOfForm(forms.word)) > at) type = KEYWORDS.get(text.slice(at, end)) ?? Word
      else if ((end = endOfForm(forms.number)) > at) type = NumberToken
      else if (code === 46) [type, end] = [Dot, at + 1]
      else if ((end = endOfForm(forms.space)) > at) {
        at = end
        continue
      } else [type, end] = [Stray, Math.max(endOfForm(forms.stray), at + 1)]
    }
    tokens.push({ tokenType: type, image: text.slice(at, end), startOffset: at })
    at = end
  }
  return { tokens, comments }
}

/** Whether a token may be read as one of these types, given as their bits. */
export const readsAs = (token: Token | undefined, bits: number): token is Token =>
  token !== undefined && (token.tokenType.reads & bits) !== 0

export const isWord = (token: Token | undefined): token is Token => readsAs(token, Word.bit)

export const endOf = (token: Token): number => token.startOffset + token.image.length
