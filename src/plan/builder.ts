/** Collects steps: gives each its key, and keeps each key once. */
import type { Extent, NumericProfile } from "../plugin/index.ts"
import { codeDigest } from "./code.ts"
import { costOn } from "./estimates.ts"
import { stepKey } from "./key.ts"
import type { Json, Step, StepKind } from "./step.ts"

/** The file that performs a kind of step. */
const performerFile: Partial<Record<StepKind, string>> = {
  blind: "mixed",
  truth: "mixed",
  module: "training/module",
  imported: "training/imported",
  retrained: "training/retrained",
  shared: "training/shared",
  course: "training/sequence/course",
  moment: "training/sequence/moment",
  fit: "fit/fit",
  evaluate: "evaluation/evaluate",
  scores: "scores/scores",
  write: "writing/write",
  generate: "writing/generate",
  compose: "composing/compose",
  fisher: "composing/fisher",
  group: "composing/group",
  port: "porting/port",
  vocabulary: "pretraining/vocabulary",
  pretrain: "pretraining/pretrain",
  read: "pretraining/read",
  study: "pretraining/study",
  portability: "porting/portability",
}

/** Kinds that compute on floats: the backend's profile and the processor are part of their keys. */
const NUMERIC: ReadonlySet<StepKind> = new Set([
  "module",
  "retrained",
  "imported",
  "port",
  "shared",
  "course",
  "features",
  "fisher",
  "compose",
  "fit",
  "encode",
  "head",
  "write",
  "generate",
  "evaluate",
  "pretrain",
  "read",
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
  /** It keeps every weight of the network. */
  readonly whole?: boolean
}

export class StepBuilder {
  readonly #steps = new Map<string, Step>()
  readonly #performers = new Map<string, string>()
  readonly #profile: NumericProfile
  readonly #processor: string
  readonly #backendCode: string
  /** By the fingerprint of a backbone. */
  readonly #extents = new Map<string, Extent>()

  constructor(profile: NumericProfile, processor: string, backendCode: string) {
    this.#profile = profile
    this.#processor = processor
    this.#backendCode = backendCode
  }

  /** Steps that name the backbone are estimated by its size. */
  size(fingerprint: string, extent: Extent): void {
    this.#extents.set(fingerprint, extent)
  }

  /** The key of the step, which is added unless it is known. */
  add({ kind, label, options, inputs, code = [], seconds, bytes, whole }: Draft): string {
    const numeric = NUMERIC.has(kind)
    const key = stepKey({
      kind,
      options: withoutPlaces(options),
      inputs,
      code: [this.#performerCode(performerFile[kind] ?? kind), ...code, ...(numeric ? [this.#backendCode] : [])],
      ...(numeric ? { numeric: { profile: this.#profile, processor: this.#processor } } : {}),
    })
    if (this.#steps.has(key)) return key
    const { backbone } = (options ?? {}) as { readonly backbone?: { readonly fingerprint?: string } }
    const extent = this.#extents.get(backbone?.fingerprint ?? "")
    const estimate = extent ? costOn(extent, kind, { seconds, bytes }, whole) : { seconds, bytes }
    this.#steps.set(key, { key, kind, label, options, inputs, estimate })
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
