/**
 * Cuts a block that does not parse into its entries: at `word :` and `compare`, and after commas; inside a list that is
 * never closed too, for a list holds no `word :`.
 */
import type { IToken } from "chevrotain"
import { OpenBrackets } from "./chunks.ts"
import { Colon, Comma, Compare, isWord, LeftBrace, RightBrace, Text } from "./tokens.ts"

export interface Piece {
  readonly tokens: readonly IToken[]
  /** What stands after it. */
  readonly next?: IToken
}

/** The entries from `from` on (`unclosed`: brackets that are never closed), and the first token after the block's end, if the block ends. */
export const entriesOf = (
  tokens: readonly IToken[],
  from: number,
  unclosed: ReadonlySet<IToken>,
): { readonly pieces: Piece[]; readonly rest?: IToken } => {
  const pieces: Piece[] = []
  let open = new OpenBrackets()
  let start = from
  const cut = (end: number) => {
    if (end > start) pieces.push({ tokens: tokens.slice(start, end), next: tokens[end] })
    start = end
  }
  for (let i = from; i < tokens.length; i++) {
    const token = tokens[i]
    const outside = open.stack.length === 0
    const lost = !outside && open.innermost?.tokenType !== LeftBrace && unclosed.has(open.innermost!)
    if (outside && token.tokenType === RightBrace) {
      cut(i)
      return { pieces, rest: tokens[i + 1] }
    }
    if (outside && token.tokenType === Comma && i > start) {
      cut(i)
      start = i + 1
      continue
    }
    if ((outside || lost) && beginsEntry(tokens, i)) {
      cut(i)
      open = new OpenBrackets()
    }
    open.take(token)
  }
  cut(tokens.length)
  return { pieces }
}

const beginsEntry = (tokens: readonly IToken[], i: number): boolean => {
  if (tokens[i + 1]?.tokenType === Colon) return tokens[i].tokenType === Text || isWord(tokens[i])
  return tokens[i].tokenType === Compare && isWord(tokens[i + 1]) && tokens[i - 1]?.tokenType !== Colon
}
