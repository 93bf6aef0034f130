/** What formatting has lost or changed, if it has: it may move commas and comments, and nothing else. */
import type { FileNode } from "../syntax/ast.ts"
import { parse } from "../syntax/parse.ts"
import { Comma, tokenize } from "../syntax/tokens.ts"

/** Undefined where both texts have the same tokens (commas aside), the same comments and the same meaning; else what differs. */
export const lossOf = (before: string, after: string): string | undefined => {
  const [old, made] = [tokenize(before), tokenize(after)]
  const images = ({ tokens }: typeof old) =>
    tokens.filter(({ tokenType }) => tokenType !== Comma).map(({ image }) => image)
  const comments = (all: typeof old) => all.comments.map(({ image }) => image.trimEnd()).sort()
  return (
    firstDifference("token", images(old), images(made)) ??
    firstDifference("comment", comments(old), comments(made)) ??
    (alike(treeOf(before), treeOf(after)) ? undefined : "the meaning")
  )
}

const firstDifference = (what: string, old: readonly string[], made: readonly string[]): string | undefined => {
  const at = old.findIndex((image, index) => image !== made[index])
  if (at >= 0) return `the ${what} ${old[at].slice(0, 60)}`
  return made.length > old.length ? `the ${what} ${made[old.length].slice(0, 60)}` : undefined
}

const treeOf = (text: string): FileNode => parse(text, "", () => {})

/** Whether two trees are the same, places aside. */
const alike = (old: unknown, made: unknown): boolean => {
  if (typeof old !== "object" || typeof made !== "object" || old === null || made === null) return Object.is(old, made)
  if (Array.isArray(old) !== Array.isArray(made)) return false
  const [left, right] = [old, made] as Readonly<Record<string, unknown>>[]
  const keys = Object.keys(left)
  if (keys.length !== Object.keys(right).length) return false
  return keys.every((key) => key === "span" || (Object.hasOwn(right, key) && alike(left[key], right[key])))
}
