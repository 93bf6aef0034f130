/** The machine that computes: what a stored number may depend on besides code, options and the numeric profile. */
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { arch, availableParallelism, cpus, platform, totalmem } from "node:os"

export interface Machine {
  /** "linux", "darwin", "win32". */
  readonly os: string
  /** "x64", "arm64". */
  readonly arch: string
  /** The processor's name, for people. */
  readonly model: string
  /** Cores that this process may use. */
  readonly cores: number
  readonly memoryBytes: number
  /** Vector and matrix extensions that numeric kernels choose their code by, sorted; empty where the system does not tell. */
  readonly features: readonly string[]
  /** Digest of what results may depend on: system, architecture and features (the model where these are unknown). Part of step keys. */
  readonly fingerprint: string
}

/** Flags of Linux' /proc/cpuinfo that change which kernel a numeric library takes; power, virtualisation and mitigation flags do not. */
const numeric = /^(pni|ssse3|sse|avx|fma|f16c|amx|asimd|neon|sve|sme(?!p)|fphp|i8mm|bf16|vsx|altivec)/

/** Reads the features of the first processor from the text of /proc/cpuinfo. */
export const featuresOf = (cpuinfo: string): readonly string[] => {
  const line = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(cpuinfo)
  return line ? [...new Set(line[1].trim().split(/\s+/))].filter((flag) => numeric.test(flag)).sort() : []
}

const describe = (cpuinfo: string): Machine => {
  const features = featuresOf(cpuinfo)
  const model = cpus()[0]?.model.trim() ?? "unknown"
  const decisive = [platform(), arch(), ...(features.length > 0 ? features : [model])].join(" ")
  return {
    os: platform(),
    arch: arch(),
    model,
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    features,
    fingerprint: createHash("sha256").update(decisive).digest("hex").slice(0, 16),
  }
}

let known: Machine | undefined

/** This machine, looked at once. */
export const machine = (): Machine => {
  if (known) return known
  let cpuinfo = ""
  try {
    cpuinfo = readFileSync("/proc/cpuinfo", "utf8")
  } catch {
    // Not Linux: the model stands for the features.
  }
  known = describe(cpuinfo)
  return known
}
