/**
 * Which positions of a text two tokenizers read alike. Pieces are compared as WordPiece writes them: one that begins a word is
 * the piece itself, one that goes on has "##" before it, whatever marks it in the tokenizer's own file ("_x" of SentencePiece
 * and of byte-level pieces begins a word). Special tokens are like none, not even themselves under another tokenizer's name.
 */
import type { TokenIds } from "../../plugin/index.ts"

/** The pieces of a text, undefined where a token is special. */
export type ReadPieces = (ids: TokenIds) => readonly (string | undefined)[]

interface TokenizerFile {
  readonly model?: {
    readonly type?: string
    readonly vocab?: Readonly<Record<string, number>> | readonly (readonly [string, number])[]
  }
  readonly added_tokens?: readonly { readonly id: number; readonly content: string; readonly special?: boolean }[]
}

/** What SentencePiece and byte-level pieces have before the first letter of a word. */
const BEGINS = /^[\u2581\u0120]/

export const piecesOf = (tokenizer: unknown): ReadPieces => {
  const { model, added_tokens: added = [] } = (tokenizer ?? {}) as TokenizerFile
  const vocabulary = model?.vocab ?? {}
  const names = new Map<number, string>(
    isList(vocabulary)
      ? vocabulary.map(([piece], id) => [id, piece] as const)
      : Object.entries(vocabulary).map(([piece, id]) => [id, piece] as const),
  )
  const special = new Set(added.flatMap((token) => (token.special ? [token.id] : [])))
  const wordPiece = model?.type === "WordPiece" || ![...names.values()].some((piece) => BEGINS.test(piece))
  return (ids) => {
    let first = true
    return Array.from(ids, (id) => {
      const piece = names.get(id)
      if (piece === undefined || special.has(id)) return undefined
      const begins = first || BEGINS.test(piece)
      first = false
      if (wordPiece) return piece
      return begins ? piece.replace(BEGINS, "") : `##${piece}`
    })
  }
}

const isList = (vocabulary: unknown): vocabulary is readonly (readonly [string, number])[] => Array.isArray(vocabulary)

/** Of each text the positions at which both read the same piece. */
export const alikePositions = (
  source: readonly (readonly (string | undefined)[])[],
  target: readonly (readonly (string | undefined)[])[],
): readonly (readonly number[])[] =>
  source.map((pieces, text) =>
    pieces.flatMap((piece, at) => (piece !== undefined && piece === target[text][at] ? [at] : [])),
  )
