/** Words that the sections of REPRODUCTION.md share. */
import type { Claim } from "./claim.ts"
import type { RecordedRun } from "./recorded.ts"

export const EVIDENCE: Readonly<Record<Claim["evidence"], string>> = {
  V: "read in the paper or its code",
  S: "from a secondary source",
  M: "recalled, not verified",
  A: "our deduction",
}

export const signed = (value: number): string => (value > 0 ? `+${value.toFixed(1)}` : value.toFixed(1))

export const machineLine = ({ provenance: { l2r, runtime, machine, versions } }: RecordedRun): string =>
  `l2r ${l2r} on ${runtime}, ${machine.processor}, ${machine.cores} cores; ${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ")}`
