/** A check of a plugin: a name and what is done. Kept as data, so that the kit itself can be tested with broken plugins. */
import { test } from "node:test"

export interface Check {
  readonly name: string
  readonly run: () => Promise<void>
  /** Why it is left out. */
  readonly skip?: string
}

/** Registers the checks with node:test. */
export const register = (title: string, checks: readonly Check[]): void => {
  for (const { name, run, skip } of checks) test(`${title}: ${name}`, { skip: skip ?? false }, run)
}
