/** Whether a router or a memory can do without classes, as the vocabulary says it of its plugin and options. */
import type { Setting } from "../syntax/ast.ts"
import type { PluginEntry } from "../vocabulary.ts"
import type { ByOptions } from "./by_options.ts"

/** Why something needs classes, and what to do. */
export interface ClassNeed {
  readonly why: string
  readonly help: string
  /** The option that says so, where one does. */
  readonly option?: string
}

/** The fact `needs_classes`; null: it needs none. */
export type ClassNeeds = ByOptions<ClassNeed | null>

/** Nothing where it needs none, or where options speak against each other: the plan asks the plugin itself. */
export const classNeedOf = (
  entry: PluginEntry | undefined,
  settings: ReadonlyMap<string, Setting>,
): ClassNeed | undefined => {
  const needs = entry?.facts?.needs_classes as ClassNeeds | undefined
  if (!needs) return undefined
  const said = Object.entries(needs.where ?? {}).flatMap(([option, by]) => {
    const value = settings.get(option)?.value
    const key = value?.kind === "word" && Object.hasOwn(by, value.text) ? value.text : "*"
    return value && Object.hasOwn(by, key) ? [by[key]] : []
  })
  return said.includes(null) ? undefined : (said.find((one) => one !== null) ?? needs.byDefault ?? undefined)
}
