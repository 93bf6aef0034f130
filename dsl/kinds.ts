/** The kinds of declaration. */

/** Kinds that plugins fill: `adapter low_rank = lora { ... }`. */
export const PLUGIN_KINDS = [
  "backbone",
  "data",
  "memory",
  "adapter",
  "grouping",
  "transfer",
  "router",
  "composition",
  "strategy",
  "probe",
  "backend",
] as const
/** Kinds whose options the language itself defines: `train fast { ... }`. */
export const CORE_KINDS = ["stream", "library", "train", "pretraining", "study", "experiment", "portability"] as const
export const KINDS = [...PLUGIN_KINDS, ...CORE_KINDS] as const

/** Kinds that give an experiment its modules: they are listed under `adapters`. */
export const MODULE_KINDS = ["adapter", "library", "grouping", "transfer"] as const

/** Kinds that are run: without one of them a spec gives others its declarations, and nothing else. */
export const RUN_KINDS = ["study", "experiment", "portability"] as const

/** Kinds that can stand beside the routers of an experiment. */
export const BOUND_KINDS = ["router", "strategy", "probe"] as const

export type Kind = (typeof KINDS)[number]
export type CoreKind = (typeof CORE_KINDS)[number]

/** Words that begin a line that is no declaration. */
export const LINES = ["language", "use", "import"] as const

export const isKind = (word: string): word is Kind => (KINDS as readonly string[]).includes(word)
export const isRun = (kind: string | undefined): boolean =>
  (RUN_KINDS as readonly (string | undefined)[]).includes(kind)
export const isCoreKind = (kind: string): kind is CoreKind => (CORE_KINDS as readonly string[]).includes(kind)

/** `a router`, `an adapter`, `data`. */
export const aKind = (kind: string): string =>
  kind === "data" ? "a data source" : /^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`
