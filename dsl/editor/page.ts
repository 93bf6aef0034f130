/** What hover and completion say of plugins, options and kinds, as Markdown. */
import type { Kind } from "../kinds.ts"
import { inRange } from "../options/numbers.ts"
import { wanted } from "../options/wording.ts"
import type { JsonSchema, PluginEntry } from "../vocabulary.ts"
import { plainText } from "./effective.ts"

/** What each kind of declaration is. */
export const KIND_SUMMARIES: Readonly<Record<Kind, string>> = {
  backbone: "the frozen network that adapters are put on",
  data: "a source of tasks: labelled texts, with a training and a test split each",
  memory: "which past training examples routers and heads may see again",
  adapter: "a small trainable module; one is trained for each task",
  router: "decides for each example how the trained modules are composed",
  grouping: "puts trained modules into groups, each of which gets one module, trained on all its tasks",
  transfer: "makes modules that were trained on another backbone the start of modules on this one",
  composition: "makes one module of the trained modules, without a router",
  strategy: "trains one set of weights over the whole stream, without modules of its own for each task",
  probe: "a classifier on features of the frozen backbone",
  backend: "what executes the numeric programs",
  stream: "which tasks arrive, in which order, and under which scenario",
  library: "a mixed set of modules: an adapter for each task",
  train: "how modules are trained",
  pretraining: "how a language model is made: from nothing, or from another one",
  study: "which language models are read on which texts, and what is left of them when experts are pruned",
  experiment: "what is run on what, and which rows are compared",
  portability: "modules carried between backbones, against others that start elsewhere, at budgets of training steps",
}

/** `a whole number, greater than 0`. */
export const typeOf = (schema: JsonSchema): string => {
  const range = rangeOf(schema)
  const what = wanted(schema)
  const named = what === "something else" ? "" : what
  return [named + (schema.unit ? " of seconds, or a time such as `30s`" : ""), range].filter(Boolean).join(", ")
}

/** The words for a range come from the message for a number outside of it. */
const rangeOf = (schema: JsonSchema): string => {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = schema
  if (minimum === undefined && exclusiveMinimum === undefined) {
    if (maximum === undefined && exclusiveMaximum === undefined) return ""
    return String(inRange(Number.POSITIVE_INFINITY, schema))
  }
  return String(inRange(Number.NEGATIVE_INFINITY, schema))
}

/** `**rank**: a whole number, greater than 0; default 8`, and what it is. */
export const optionPage = (name: string, schema: JsonSchema, required: boolean): string => {
  const type = typeOf(schema)
  const standard = required
    ? "required"
    : schema.default === undefined
      ? "optional"
      : `default \`${plainText(schema.default)}\``
  return [`**${name}**: ${[type, standard].filter(Boolean).join("; ")}`, schema.description ?? ""]
    .filter(Boolean)
    .join("\n\n")
}

export const pluginPage = (kind: string, { name, summary, equation, reference, options }: PluginEntry): string => {
  const required = new Set(options.required ?? [])
  const listed = Object.entries(options.properties ?? {}).map(([option, schema]) => {
    const standard = required.has(option)
      ? " (required)"
      : schema.default === undefined
        ? ""
        : ` = ${plainText(schema.default)}`
    return `- \`${option}${standard}\`${schema.description ? `: ${schema.description}` : ""}`
  })
  return [
    `**${name}**, a plugin of kind ${kind}`,
    summary,
    equation ? `\`${equation}\`` : "",
    reference ?? "",
    listed.length > 0 ? listed.join("\n") : "It has no options.",
  ]
    .filter(Boolean)
    .join("\n\n")
}

export const kindPage = (kind: Kind, plugins: readonly PluginEntry[]): string =>
  [`**${kind}**: ${KIND_SUMMARIES[kind]}`, plugins.map(({ name, summary }) => `- \`${name}\`: ${summary}`).join("\n")]
    .filter(Boolean)
    .join("\n\n")
