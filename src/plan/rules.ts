/** Asks plugins whether the rules hold that their options schemas have beyond what JSON Schema can say. */
import * as SchemaIssue from "effect/SchemaIssue"
import type { BrokenRule } from "../../dsl/index.ts"
import { type PluginKind, Schema } from "../plugin/index.ts"
import { loadPlugin, sourceFile } from "../plugin/load.ts"
import { coreOptionNames } from "./options/core_options.ts"

/** A declaration whose plugin is asked; `source` is that of its `use` line. */
export interface RuleQuestion {
  readonly kind: string
  readonly plugin: string
  readonly source?: string
  readonly options: Readonly<Record<string, unknown>>
}

const issuesOf = SchemaIssue.makeFormatterStandardSchemaV1()

/** What the plugin's schema says of these options; nothing where the plugin does not load, which is told elsewhere. */
export const brokenRules = async (
  { kind, plugin: name, source, options }: RuleQuestion,
  directory: string,
): Promise<readonly BrokenRule[]> => {
  const from = source === undefined ? undefined : sourceFile(source, directory)
  const plugin = await loadPlugin(kind as PluginKind, name, from).catch(() => undefined)
  if (!plugin) return []
  const common = coreOptionNames(kind)
  const own = Object.fromEntries(Object.entries(options).filter(([option]) => !common.includes(option)))
  try {
    Schema.decodeUnknownSync(plugin.options)(own, { onExcessProperty: "error", errors: "all" })
    return []
  } catch (error) {
    const { issue } = error as { readonly issue?: SchemaIssue.Issue }
    if (issue === undefined) return [{ path: [], message: (error as Error).message }]
    return issuesOf(issue).issues.map(({ path = [], message }) => ({
      path: path
        .map((step) => (typeof step === "object" ? step.key : step))
        .map((step) => (typeof step === "number" ? step : String(step))),
      message,
    }))
  }
}
