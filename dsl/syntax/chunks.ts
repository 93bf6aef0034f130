/**
 * Cuts the tokens of a file into declarations, and matches their brackets, before anything is parsed. A declaration
 * begins at a word at the start of a line outside all brackets, and at `word word =`, `word word {`, `use "`, `import "`
 * or `language 1` at the start of a line wherever that is, for none of these can stand inside a block. So a bracket that is
 * never closed costs one declaration, not the rest of the file.
 */
import type { IToken } from "chevrotain"
import {
  Dot,
  Equals,
  endOf,
  isWord,
  LeftBrace,
  LeftBracket,
  LeftParen,
  NumberToken,
  RightBrace,
  RightBracket,
  RightParen,
  Text,
} from "./tokens.ts"

/** Brackets within brackets, at most; the parser's recursion is bounded by it. */
export const DEEPEST = 64

export interface BracketProblem {
  readonly kind: "open" | "close"
  readonly token: IToken
}

export interface Chunk {
  readonly tokens: IToken[]
  readonly brackets: BracketProblem[]
  /** The first bracket beyond the greatest depth. */
  tooDeep?: IToken
}

const closes = new Map([
  [RightBrace, LeftBrace],
  [RightBracket, LeftBracket],
  [RightParen, LeftParen],
])
export const opens = (token: IToken): boolean =>
  token.tokenType === LeftBrace || token.tokenType === LeftBracket || token.tokenType === LeftParen
export const openerOf = (token: IToken) => closes.get(token.tokenType)
const NONE: readonly BracketProblem[] = []

/** Brackets that are open at some place. */
export class OpenBrackets {
  readonly stack: IToken[] = []

  get innermost(): IToken | undefined {
    return this.stack[this.stack.length - 1]
  }

  /** Takes the next token; brackets that turn out to be unmatched come back. */
  take(token: IToken): readonly BracketProblem[] {
    if (opens(token)) this.stack.push(token)
    const opener = openerOf(token)
    if (!opener) return NONE
    if (this.innermost?.tokenType === opener) {
      this.stack.pop()
      return NONE
    }
    if (!this.stack.some((open) => open.tokenType === opener)) return [{ kind: "close", token }]
    const problems: BracketProblem[] = []
    while (this.innermost && this.innermost.tokenType !== opener)
      problems.push({ kind: "open", token: this.stack.pop()! })
    this.stack.pop()
    return problems
  }
}

export const chunksOf = (tokens: readonly IToken[], text: string): Chunk[] => {
  const chunks: Chunk[] = []
  let chunk: Chunk = { tokens: [], brackets: [] }
  let open = new OpenBrackets()
  let complete = false
  const finish = () => {
    if (chunk.tooDeep) return
    for (const token of open.stack) chunk.brackets.push({ kind: "open", token })
  }
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]
    if (i === 0 || beginsDeclaration(tokens, i, text, open, complete)) {
      if (i > 0) finish()
      chunk = { tokens: [], brackets: [] }
      chunks.push(chunk)
      open = new OpenBrackets()
      complete = false
    }
    chunk.tokens.push(token)
    if (chunk.tooDeep) {
      // Matching goes on where the next declaration begins.
      if (open.stack.length > 0) open.stack.length = 1
      continue
    }
    const problems = open.take(token)
    for (const problem of problems) chunk.brackets.push(problem)
    if (open.stack.length > DEEPEST) chunk.tooDeep = token
    if (
      token.tokenType === RightBrace &&
      open.stack.length === 0 &&
      problems.every((problem) => problem.token !== token)
    )
      complete = true
  }
  finish()
  return chunks
}

/** Whether the text between this token and the one before has a line break. */
export const beginsLine = (tokens: readonly IToken[], i: number, text: string): boolean => {
  if (i === 0) return true
  for (let at = endOf(tokens[i - 1]); at < tokens[i].startOffset; at++) {
    const code = text.charCodeAt(at)
    if (code === 10 || code === 13) return true
  }
  return false
}

const beginsDeclaration = (
  tokens: readonly IToken[],
  i: number,
  text: string,
  open: OpenBrackets,
  complete: boolean,
): boolean => {
  const token = tokens[i]
  if (complete) return true
  if (!isWord(token)) return false
  const before = tokens[i - 1].tokenType
  if (open.stack.length === 0 && before !== Equals && before !== Dot) return beginsLine(tokens, i, text)
  const next = tokens[i + 1]
  if (!next) return false
  const pattern =
    (isWord(next) && (tokens[i + 2]?.tokenType === Equals || tokens[i + 2]?.tokenType === LeftBrace)) ||
    (next.tokenType === Text && (token.image === "use" || token.image === "import")) ||
    (next.tokenType === NumberToken && token.image === "language")
  return pattern && beginsLine(tokens, i, text)
}
