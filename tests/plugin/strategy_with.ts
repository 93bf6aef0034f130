/** A training strategy that says no more than a test needs. */
import { defineStrategy, NoOptions, type Strategy } from "../../src/plugin/index.ts"

/** `own`: members beside those that each strategy must have, right or wrong. */
export const strategyWith = (own: object): Strategy =>
  defineStrategy({
    name: "mine",
    summary: "a test",
    options: NoOptions,
    trains: "adapter",
    visits: "one_by_one",
    ...own,
  } as never) as Strategy
