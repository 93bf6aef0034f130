/** Blocks and lists that are open at some place, followed token by token on text of any state. */
import type { IToken } from "chevrotain"
import { beginsLine } from "../syntax/chunks.ts"
import {
  Colon,
  Comma,
  Dot,
  Dots,
  endOf,
  isWord,
  LeftBrace,
  LeftBracket,
  LeftParen,
  RightBrace,
  RightBracket,
  RightParen,
  Text,
} from "../syntax/tokens.ts"

export interface Frame {
  readonly opener: "{" | "[" | "("
  /** Of a list: the word before the bracket. */
  readonly of?: string
  readonly given: string[]
  /** Of a block: the option that is being read. */
  key?: string
  next: "option" | "colon" | "value" | "end"
  comparison?: "left" | "against" | "on"
}

/** Follows one token. */
export const step = (frames: Frame[], tokens: readonly IToken[], i: number, text: string): void => {
  const token = tokens[i]
  const frame = frames[frames.length - 1] as Frame | undefined
  const type = token.tokenType
  if (type === LeftBrace) {
    if (frame && frame.next === "value") frame.next = "end"
    frames.push({ opener: "{", given: [], next: "option" })
  } else if (type === LeftBracket || type === LeftParen) {
    if (frame) frame.next = "end"
    const of =
      isWord(tokens[i - 1]) && frame?.opener !== undefined && endOf(tokens[i - 1]) === token.startOffset
        ? tokens[i - 1].image
        : undefined
    frames.push({ opener: type === LeftParen ? "(" : "[", of, given: [], next: "value" })
  } else if (type === RightBrace || type === RightBracket || type === RightParen) {
    frames.pop()
    const parent = frames[frames.length - 1] as Frame | undefined
    if (parent) parent.next = "end"
  } else if (frame?.opener === "{") blockStep(frame, tokens, i, text)
  else if (frame) {
    if (type === Comma) frame.next = "value"
    else if (type === Dots || type === Dot) frame.next = "value"
    else {
      frame.given.push(plain(token))
      frame.next = "end"
    }
  }
}

const blockStep = (frame: Frame, tokens: readonly IToken[], i: number, text: string): void => {
  const token = tokens[i]
  const type = token.tokenType
  const opensOption =
    (isWord(token) || type === Text) &&
    (tokens[i + 1]?.tokenType === Colon ||
      frame.next === "option" ||
      (frame.next === "end" && !frame.comparison && beginsLine(tokens, i, text)))
  if (token.image === "compare" && frame.next !== "value" && tokens[i + 1]?.tokenType !== Colon)
    Object.assign(frame, { key: undefined, comparison: "left", next: "value" })
  else if (frame.comparison && (token.image === "against" || token.image === "on") && frame.next === "end")
    Object.assign(frame, { comparison: token.image, next: "value" })
  else if (opensOption) {
    frame.given.push(plain(token))
    Object.assign(frame, { key: plain(token), comparison: undefined, next: "colon" })
  } else if (type === Colon) frame.next = "value"
  else if (type === Comma) Object.assign(frame, { key: undefined, comparison: undefined, next: "option" })
  else if (type === Dots || type === Dot) frame.next = "value"
  else if (frame.next === "value") frame.next = "end"
}

export const plain = ({ image, tokenType }: IToken): string => (tokenType === Text ? image.slice(1, -1) : image)
