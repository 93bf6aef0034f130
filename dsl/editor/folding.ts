/** What can be folded away: blocks, lists and runs of comments that go over several lines. */

import { linesOf } from "../diagnostics/lines.ts"
import { OpenBrackets, openerOf, opens } from "../syntax/chunks.ts"
import type { Document } from "./document.ts"

export interface Fold {
  /** Lines from 1; the last stays visible where a bracket closes on it. */
  readonly from: number
  readonly to: number
  readonly kind: "block" | "comment"
}

export const foldsOf = ({ text, tokens, chunks }: Document): readonly Fold[] => {
  const lines = linesOf(text)
  const folds: Fold[] = []
  for (const chunk of chunks) {
    const open = new OpenBrackets()
    for (const token of chunk.tokens) {
      const opener = openerOf(token) && open.innermost?.tokenType === openerOf(token) ? open.innermost : undefined
      if (opener) {
        const [from, to] = [lines.at(opener.startOffset).line, lines.at(token.startOffset).line - 1]
        if (to > from) folds.push({ from, to, kind: "block" })
      }
      if (opens(token) || openerOf(token)) open.take(token)
    }
  }
  let from: number | undefined
  let before = 0
  const close = () => {
    if (from !== undefined && before > from) folds.push({ from, to: before, kind: "comment" })
  }
  for (const { startOffset } of tokens.comments) {
    const { line } = lines.at(startOffset)
    const alone = text.slice(lines.extent(line).start, startOffset).trim() === ""
    if (!alone || line !== before + 1) close()
    if (!alone) from = undefined
    else if (from === undefined || line !== before + 1) from = line
    before = line
  }
  close()
  return folds.sort((a, b) => a.from - b.from || b.to - a.to)
}
