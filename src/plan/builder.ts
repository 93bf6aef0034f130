/** Collects steps: gives each its key, and keeps each key once. */
import type { NumericProfile } from "../plugin/index.ts"
import { codeDigest } from "./code.ts"
import { stepKey } from "./key.ts"
import type { Json, Step, StepKind } from "./step.ts"

/** The file that performs a kind of step. */
const performerFile: Partial<Record<StepKind, string>> = { blind: "mixed", truth: "mixed" }

/** Kinds that compute on floats: the backend's profile and the processor are part of their keys. */
const NUMERIC: ReadonlySet<StepKind> = new Set([
  "module",
  "imported",
  "shared",
  "features",
  "fisher",
  "compose",
  "fit",
  "encode",
  "head",
  "write",
  "evaluate",
])

export interface Draft {
  readonly kind: StepKind
  readonly label: string
  readonly options: Json
  readonly inputs: Step["inputs"]
  /** Digests of the plugins that take part. */
  readonly code?: readonly string[]
  /** Estimated seconds and bytes. */
  readonly seconds: number
  readonly bytes: number
}

export class StepBuilder {
  readonly #steps = new Map<string, Step>()
  readonly #performers = new Map<string, string>()
  readonly #profile: NumericProfile
  readonly #processor: string
  readonly #backendCode: string

  constructor(profile: NumericProfile, processor: string, backendCode: string) {
    this.#profile = profile
    this.#processor = processor
    this.#backendCode = backendCode
  }

  /** The key of the step, which is added unless it is known. */
  add({ kind, label, options, inputs, code = [], seconds, bytes }: Draft): string {
    const numeric = NUMERIC.has(kind)
    const key = stepKey({
      kind,
      options: withoutPlaces(options),
      inputs,
      code: [this.#performerCode(performerFile[kind] ?? kind), ...code, ...(numeric ? [this.#backendCode] : [])],
      ...(numeric ? { numeric: { profile: this.#profile, processor: this.#processor } } : {}),
    })
    if (!this.#steps.has(key)) this.#steps.set(key, { key, kind, label, options, inputs, estimate: { seconds, bytes } })
    return key
  }

  /** Digest of what performs a step, read once: a plan has thousands of steps. */
  #performerCode(file: string): string {
    const known = this.#performers.get(file) ?? codeDigest(new URL(`../run/steps/${file}.ts`, import.meta.url))
    this.#performers.set(file, known)
    return known
  }

  /** In the order in which they were added: every step after its inputs. */
  get steps(): readonly Step[] {
    return [...this.#steps.values()]
  }
}

/** Where files lie does not count, only what is in them: fingerprints and code digests stand for it. */
const PLACES: ReadonlySet<string> = new Set(["directory", "location", "from"])

const withoutPlaces = (options: Json): Json => {
  if (Array.isArray(options)) return options.map(withoutPlaces)
  if (options === null || typeof options !== "object") return options
  const { fingerprint } = options as { readonly fingerprint?: Json }
  return Object.fromEntries(
    Object.entries(options).flatMap(([name, value]) =>
      PLACES.has(name) ? [] : [[name, withoutPlaces(fingerprint && name === "options" ? unpinned(value) : value)]],
    ),
  )
}

/** Options without the revision of a model, whose files' fingerprint stands beside them. */
const unpinned = (options: Json): Json => {
  const { revision: _, ...rest } = options as { readonly [key: string]: Json }
  return rest
}
