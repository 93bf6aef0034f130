/** Whether a value that a plugin file exports is a plugin. */
import * as Schema from "effect/Schema"
import type { Plugin } from "./define.ts"
import type { PluginKind } from "./definition.ts"
import { described, isRecord } from "./described.ts"
import { kinds } from "./registry.ts"
import { DIMENSIONS } from "./taxonomy.ts"

/** An expected problem with a plugin: what, where, what to do. */
export class PluginError extends Error {
  readonly _tag = "PluginError"
  override readonly name = "PluginError"
  readonly help: string
  constructor(message: string, help: string) {
    super(message)
    this.help = help
  }
}

/** What a definition of each kind must have besides name, summary and options. */
const members: Readonly<Record<PluginKind, Readonly<Record<string, "function" | readonly string[]>>>> = {
  adapter: { sites: "function", parameters: "function" },
  backbone: { load: "function", fingerprint: "function", tokenize: "function", forward: "function" },
  backend: { profile: "function", open: "function" },
  composition: { weights: "function", compose: "function" },
  data: { tasks: "function", load: "function", fingerprint: "function" },
  grouping: { count: "function", groups: "function" },
  memory: {},
  probe: { query: "function", statistics: "function", statisticsFrom: "function", scores: "function" },
  router: { routing: "function", gates: "function" },
  transfer: { layers: "function" },
  strategy: { trains: ["adapter", "everything"], visits: ["one_by_one", "all_at_once"] },
}

/** What a plugin says of its place in the taxonomy, where it says anything. */
const DECLARED: Readonly<Partial<Record<PluginKind, Readonly<Record<string, { readonly words: object }>>>>> = {
  adapter: { computation: DIMENSIONS.computation, aggregation: DIMENSIONS.aggregation },
  router: { routing: DIMENSIONS.routing },
}

/** True for what claims to be a plugin: it has a kind, or a name and options. */
export const looksLikePlugin = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && ("kind" in value || ("name" in value && "options" in value))

/** The plugin, checked. Throws PluginError that says what is wrong with it; `where` names the file and export. */
export const validated = (value: Record<string, unknown>, where: string): Plugin => {
  const wrong = (what: string, help: string): never => {
    throw new PluginError(`${where} ${what}`, help)
  }
  const kind = value.kind as PluginKind
  if (!kinds.includes(kind))
    wrong(
      `has the kind ${JSON.stringify(value.kind)}`,
      `a plugin has one of the kinds ${kinds.join(", ")}: make it with defineRouter, defineAdapter, ...`,
    )
  const { name, summary, options } = value
  if (typeof name !== "string" || !/^[a-z][a-z0-9_]*$/.test(name))
    wrong(
      `has the name ${JSON.stringify(name)}`,
      "a name has lower-case letters, digits and underscores, and begins with a letter",
    )
  if (typeof summary !== "string" || summary === "")
    wrong(`(${kind} ${name}) has no summary`, "add summary: one line that says what it is")
  if (!Schema.isSchema(options))
    wrong(`(${kind} ${name}) has no options schema`, "add options: Schema.Struct({ ... }), or NoOptions")
  for (const [member, expected] of Object.entries(members[kind])) {
    const given = value[member]
    if (typeof expected === "string" ? typeof given !== expected : !expected.includes(given as string))
      wrong(
        `(${kind} ${name}) has no valid \`${member}\``,
        `a ${kind} needs ${member}: ${typeof expected === "string" ? expected : expected.join(" | ")}`,
      )
  }
  if (kind === "adapter" && typeof value.forward !== "function" && typeof value.extend !== "function")
    wrong(
      `(adapter ${name}) has neither \`forward\` nor \`extend\``,
      "an adapter needs forward: function at linear, norm and block sites, or extend: function at attention sites",
    )
  const chooses = ["draw", "keep", "generates"].filter((one) => typeof value[one] === "function")
  if (kind === "memory" && chooses.length !== 1)
    wrong(
      `(memory ${name}) has ${chooses.length === 0 ? "none of `draw`, `keep` and `generates`" : `${chooses.map((one) => `\`${one}\``).join(" and ")}, of which a memory has one`}`,
      "a memory has draw: function, which chooses from each task apart, or keep: function, which chooses along the stream, or generates: function, which says how samples are written",
    )
  if (kind === "transfer" && (typeof value.features === "function") !== (typeof value.texts === "function"))
    wrong(
      `(transfer ${name}) has \`${value.texts ? "texts" : "features"}\` and no \`${value.texts ? "features" : "texts"}\``,
      "give both, features: function and texts: function, the number of texts by whose states features are matched; or neither",
    )
  if (kind === "router" && value.fisher !== undefined) {
    if (typeof value.fisher !== "function")
      wrong(
        `(router ${name}) has \`fisher\`, which is ${described(value.fisher)} and no function`,
        'write a function, as in fisher: () => ({ examples: 64, labels: "expected" }), or leave it out',
      )
    if (typeof value.prepare !== "function")
      wrong(
        `(router ${name}) asks for the Fisher information and has no \`prepare\` to read it`,
        "add prepare, or take fisher out",
      )
  }
  if (kind === "strategy") checkStrategy(value, (what, help) => wrong(`(strategy ${name}) ${what}`, help))
  for (const [dimension, said] of Object.entries(value.taxonomy ?? {})) {
    const words = Object.keys(DECLARED[kind]?.[dimension]?.words ?? {})
    for (const word of Array.isArray(said) ? said : [said])
      if (!words.includes(word))
        wrong(
          `(${kind} ${name}) has taxonomy: { ${dimension}: ${JSON.stringify(word)} }`,
          words.length > 0
            ? `write one of ${words.join(", ")}`
            : `take ${dimension} out: a ${kind} does not declare it`,
        )
  }
  return value as unknown as Plugin
}

/** What a strategy may have, as functions of its options. */
const ASKED = [
  "replays",
  "loss",
  "gradients",
  "fisher",
  "carries",
  "freezes",
  "head",
  "variants",
  "adapts",
  "grows",
  "masks",
  "knowsTask",
  "needs",
  "boundaries",
  "blocks",
  "classes",
]

const checkStrategy = (value: Record<string, unknown>, wrong: (what: string, help: string) => never): void => {
  for (const member of ASKED)
    if (value[member] !== undefined && typeof value[member] !== "function")
      wrong(
        `has \`${member}\`, which is ${described(value[member])} and no function`,
        `write a function, as in ${member}: () => ..., or leave it out`,
      )
  if (value.records !== undefined && !["newest", "remembered", "before"].includes(value.records as string))
    wrong(
      `has records: ${described(value.records)}`,
      'write records: "newest", "remembered" or "before", or leave it out',
    )
  for (const part of value.representation === undefined ? [] : ["parameters", "gives"])
    if (!isRecord(value.representation) || typeof value.representation[part] !== "function")
      wrong(
        `has a \`representation\` without a function \`${part}\``,
        "a representation has parameters and gives, each a function",
      )
  for (const part of value.pool === undefined ? [] : ["query", "parameters", "gives"])
    if (!isRecord(value.pool) || typeof value.pool[part] !== "function")
      wrong(`has a \`pool\` without a function \`${part}\``, "a pool has query, parameters and gives, each a function")
  const along = ["replays", "records", "gradients", "carries", "freezes"].find((member) => value[member] !== undefined)
  if (value.visits === "all_at_once" && along)
    wrong(
      `visits all tasks at once and has \`${along}\`, which goes on from task to task`,
      'write visits: "one_by_one", or take it out',
    )
  if (value.gradients && !value.replays)
    wrong(
      "has `gradients` and no `replays`: there is no gradient of remembered examples to refer to",
      "say how many draws it needs, e.g. replays: () => ({ draws: 1 })",
    )
  if (value.records === "remembered" && !value.replays)
    wrong("records logits of remembered examples and has no `replays`", 'add replays, or write records: "newest"')
  if (value.fisher && !value.carries)
    wrong("asks for the Fisher information and has no `carries` to hand it on", "add carries, or take fisher out")
  if (value.fisher && value.representation)
    wrong(
      "has `fisher` and `representation`: the information is that of the cross-entropy, which need not read all arrays of a representation",
      "take one of them out",
    )
  if (value.adapts && !value.replays)
    wrong("adapts to remembered examples and has no `replays`, so that no memory is named", "add replays")
  if (value.grows && (value.trains !== "adapter" || value.visits !== "one_by_one"))
    wrong(
      "has `grows`: a module for each task, of the experiment's adapter",
      'write trains: "adapter", visits: "one_by_one"',
    )
  if (value.grows && (value.records || value.adapts))
    wrong(
      `has \`grows\` and \`${value.records ? "records" : "adapts"}\`: of a model with a fresh module there is no earlier answer`,
      "take one of them out",
    )
  for (const part of value.attends === undefined ? [] : ["parameters", "weights"])
    if (!isRecord(value.attends) || typeof value.attends[part] !== "function")
      wrong(
        `has an \`attends\` without a function \`${part}\``,
        "an attention has parameters and weights, each a function",
      )
  if (value.attends && !value.grows)
    wrong("has `attends` and no `grows`: there are no modules to weigh", 'add grows: () => "sum", or take attends out')
  if (value.knowsTask && value.visits !== "one_by_one")
    wrong("knows the task and visits all tasks at once: there is one model for all", "take `knowsTask` out")
  if (value.pool && (value.trains !== "adapter" || value.visits !== "one_by_one"))
    wrong("has `pool`: parameters of the experiment's adapter", 'write trains: "adapter", visits: "one_by_one"')
  const beside = ["grows", "records", "adapts", "knowsTask"].find((member) => value[member] !== undefined)
  if (value.pool && beside) wrong(`has \`pool\` and \`${beside}\`, which do not go together`, "take one of them out")
}
