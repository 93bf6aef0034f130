/** Content keys: a step's name is a hash over everything that its result depends on. */
import { createHash } from "node:crypto"
import type { NumericProfile } from "../plugin/index.ts"
import { canonical } from "./canonical.ts"
import type { Step } from "./step.ts"

/** What a step's result depends on. The label and the estimate are for people and no part of it. */
export interface Determinants extends Pick<Step, "kind" | "options" | "inputs"> {
  /** Digests of the code that computes the step: performer, plugins, rooms (see code.ts). */
  readonly code: readonly string[]
  /** Where the step computes on floats: the backend's profile and the processor features (`machine().fingerprint`). */
  readonly numeric?: { readonly profile: NumericProfile; readonly processor: string }
}

/** sha256 in lower-case hexadecimal, 64 characters. */
export const stepKey = ({ kind, options, inputs, code, numeric }: Determinants): string =>
  sha256(canonical({ format: 1, kind, options, inputs, code, numeric }))

/** sha256 of a text (as UTF-8) or of bytes, in lower-case hexadecimal. */
export const sha256 = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex")

/** Keys of all inputs of a step, each once. */
export const inputKeys = ({ inputs }: Pick<Step, "inputs">): readonly string[] => [
  ...new Set(Object.values(inputs).flat()),
]
