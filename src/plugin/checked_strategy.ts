/** What a strategy says of its training besides formulas, checked before anything is computed. */
import { described, isRecord } from "./described.ts"
import { PluginError } from "./load.ts"
import type { Strategy } from "./strategy.ts"

type Is = (value: unknown) => boolean

const isWhole =
  (least: number, most = Number.POSITIVE_INFINITY): Is =>
  (value) =>
    Number.isInteger(value) && Number(value) >= least && Number(value) <= most
const isFinite: Is = (value) => Number.isFinite(value)
const isFlag: Is = (value) => typeof value === "boolean"
const isText: Is = (value) => typeof value === "string" && value !== ""
const isOneOf =
  (...words: readonly string[]): Is =>
  (value) =>
    words.includes(value as string)
const absentOr =
  (is: Is): Is =>
  (value) =>
    value === undefined || is(value)

/** Each field as it must be, and none besides. */
const isOf =
  (fields: Readonly<Record<string, Is>>): Is =>
  (value) =>
    isRecord(value) &&
    Object.keys(value).every((field) => Object.hasOwn(fields, field)) &&
    Object.entries(fields).every(([field, is]) => is(value[field]))

const isNeeded = isOneOf("factors", "outputs", "tokens", "own_tokens", "own_keys")
const isQuery = isOneOf("frozen_mean", "frozen_cls")
const isCosine = isOf({ cosine: isFinite })
const REASON = { why: isText, help: isText, option: absentOr(isText) }

const DRAWS = 100

/** How Fisher information is asked for, of a router as of a strategy. */
export const FISHER = {
  is: isOf({ examples: isWhole(1), labels: isOneOf("expected", "given") }),
  help: 'return { examples: 64, labels: "given" }, or labels: "expected"',
}

const SAYS = {
  replays: {
    is: isOf({
      draws: isWhole(1, DRAWS),
      every: absentOr(isWhole(1)),
      from: absentOr(isOneOf("memory", "itself")),
    }),
    help: `return { draws: 1 }, a whole number from 1 to ${DRAWS}; { draws: 1, every: 100 } where not each batch gets them; from: "itself" where the model writes them`,
  },
  fisher: FISHER,
  freezes: {
    is: isOf({ bodyAfter: absentOr(isWhole(0)), earlierClasses: absentOr(isFlag) }),
    help: "return { bodyAfter: 3 }, a whole number of epochs, { earlierClasses: true }, both, or {} where nothing is frozen",
  },
  head: {
    is: (value) => value === "linear" || isCosine(value),
    help: 'return "linear", or { cosine: 10 }, the number that a cosine is multiplied by',
  },
  adapts: {
    is: isOf({
      neighbours: isWhole(1),
      steps: isWhole(0),
      learningRate: (value) => isFinite(value) && Number(value) > 0,
      momentum: absentOr((value) => isFinite(value) && Number(value) >= 0 && Number(value) < 1),
      query: isQuery,
      loss: (value) => typeof value === "function",
    }),
    help: 'return { neighbours: 32, steps: 15, learningRate: 1e-3, momentum: 0.9, query: "frozen_mean", loss }: whole numbers, a rate above 0, a momentum from 0 to below 1, "frozen_mean" or "frozen_cls", a function',
  },
  variants: {
    is: absentOr(isOf({ count: isWhole(1, 10), of: (value) => typeof value === "function" })),
    help: "return { count: 2, of: ({ words, other, random }) => [[words], [other]] }, a whole number from 1 to 10 and a function, or nothing where no texts are made",
  },
  grows: { is: isOneOf("sum", "concatenate"), help: 'return "sum" or "concatenate"' },
  masks: { is: isFlag, help: "return true or false" },
  knowsTask: { is: isFlag, help: "return true or false" },
  needs: {
    is: isNeeded,
    help: 'return "factors", "outputs", "tokens", "own_tokens" or "own_keys", or leave `needs` out',
  },
  boundaries: {
    is: absentOr(isText),
    help: "return a text that says why it must be told where a task ends, or nothing where it need not",
  },
  blocks: {
    is: absentOr(isOf({ least: isWhole(1), ...REASON })),
    help: "return { least: 3, why, help }, a whole number from 1 and two texts, or nothing where any number of blocks will do",
  },
  classes: {
    is: absentOr(isOf(REASON)),
    help: "return { why, help }, two texts, or nothing where it can do without classes",
  },
  "pool.query": { is: isQuery, help: 'return "frozen_mean" or "frozen_cls"' },
} as const satisfies Readonly<Record<string, { readonly is: Is; readonly help: string }>>

type Member = keyof typeof SAYS

/** Nothing where it does not say it. Throws PluginError that names the strategy, what was asked, what it gives, and what it may give. */
export const said = (strategy: Strategy, member: Member, options: unknown, stage = 0): unknown => {
  const ask = member === "pool.query" ? strategy.pool?.query : strategy[member]
  if (!ask) return undefined
  const value: unknown = member === "freezes" ? strategy.freezes?.(stage, options) : (ask as Asked)(options)
  if (SAYS[member].is(value)) return value
  throw new PluginError(
    `the strategy "${strategy.name}" can't be carried out: its \`${member}\` gives ${written(value)}${member === "freezes" ? ` at stage ${stage + 1}` : ""}`,
    SAYS[member].help,
  )
}

type Asked = (options: unknown) => unknown

/** Fields of an object with their values: which of them is wrong is seen then. */
export const written = (value: unknown): string => {
  if (!isRecord(value)) return described(value)
  const fields = Object.entries(value).map(([field, one]) => `${field}: ${described(one)}`)
  return fields.length > 0 ? `{ ${fields.join(", ")} }` : "{}"
}

/** All that it says, at each of so many stages. */
export const checkTraining = (strategy: Strategy, options: unknown, stages: number): void => {
  for (const member of Object.keys(SAYS) as Member[])
    for (let stage = 0; stage < (member === "freezes" ? stages : 1); stage++) said(strategy, member, options, stage)
  if (strategy.attends && said(strategy, "grows", options) !== "sum")
    throw new PluginError(
      `the strategy "${strategy.name}" can't be carried out: its \`attends\` weighs what modules give, and its \`grows\` puts their tokens one after the other`,
      'return "sum" in `grows`, or take `attends` out',
    )
}
