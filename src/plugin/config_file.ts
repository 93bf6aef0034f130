/** A checkpoint's config.json, read with messages that say which checkpoint and which key. */
import { DataError } from "./data.ts"

export interface ConfigFile {
  /** The checkpoint as the spec names it. */
  readonly location: string
  readonly values: Readonly<Record<string, unknown>>
  /** Each throws DataError where the key is missing and nothing may stand for it, or where it holds something else. */
  readonly whole: (key: string, otherwise?: number) => number
  /** How many blocks there are, `each` of so many: from 1, and not so many that a damaged number fills the memory. */
  readonly blocks: (key: string, otherwise?: number, each?: number) => number
  /** How many heads share a width: a divisor of it. */
  readonly heads: (key: string, width: number) => number
  readonly number: (key: string, otherwise: number) => number
  readonly flag: (key: string, otherwise: boolean) => boolean
  /** One of some words. */
  readonly word: <W extends string>(key: string, known: readonly W[], otherwise: W) => W
}

/** The deepest transformers that were published have 1000. */
const MOST_BLOCKS = 1000

/** `family`: the plugin that reads it, for messages. */
export const configFile = (values: Readonly<Record<string, unknown>>, location: string, family: string): ConfigFile => {
  const wrong = (what: string) =>
    new DataError(
      `config.json of "${location}" ${what}`,
      `is this a ${family} checkpoint? other families have their own backbone plugin`,
    )
  /** JSON's null stands for what is not there. */
  const at = (key: string): unknown => values[key] ?? undefined
  const whole = (key: string, otherwise?: number): number => {
    const value = at(key) ?? otherwise
    if (!Number.isInteger(value)) throw wrong(`lacks the whole number ${key}`)
    return value as number
  }
  return {
    location,
    values,
    whole,
    blocks: (key, otherwise, each = 1) => {
      const blocks = whole(key, otherwise)
      if (blocks < 1 || blocks * each > MOST_BLOCKS)
        throw wrong(`has ${blocks * each} blocks (${key}); networks of 1 to ${MOST_BLOCKS} are read`)
      return blocks
    },
    heads: (key, width) => {
      const heads = whole(key)
      if (heads < 1 || width % heads !== 0)
        throw wrong(`has ${heads} heads (${key}), which do not divide the width ${width}`)
      return heads
    },
    number: (key, otherwise) => {
      const value = at(key) ?? otherwise
      if (typeof value !== "number") throw wrong(`has ${key} ${JSON.stringify(value)}, which is no number`)
      return value
    },
    flag: (key, otherwise) => {
      const value = at(key) ?? otherwise
      if (typeof value !== "boolean") throw wrong(`has ${key} ${JSON.stringify(value)}, neither true nor false`)
      return value
    },
    word: (key, known, otherwise) => {
      const value = at(key) ?? otherwise
      if (!(known as readonly unknown[]).includes(value))
        throw new DataError(
          `config.json of "${location}" has ${key} ${JSON.stringify(value)}`,
          `the backbone ${family} computes ${known.join(", ")}`,
        )
      return value as (typeof known)[number]
    },
  }
}
