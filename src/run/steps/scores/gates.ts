/** The gates that an evaluation kept, by example and routing unit. */
import type { Gates } from "../../../learning/index.ts"
import type { Artifact } from "../../../plan/step.ts"

export const gatesIn = (
  { arrays }: Artifact,
  modules: readonly string[],
  granularity: "example" | "token",
): Gates | undefined => {
  const units = Object.keys(arrays)
    .flatMap((name) => (name.startsWith("gates/") ? [name.slice("gates/".length)] : []))
    .sort(byPlace)
  if (units.length === 0) return undefined
  const texts = arrays[`gates/${units[0]}`].shape[0]
  const rounded = (value: number) => Math.round(value * 1e4) / 1e4
  const row = (name: string, i: number) => {
    const { shape, data } = arrays[name]
    const width = data.length / shape[0]
    return Array.from(data.subarray(i * width, (i + 1) * width) as Float32Array, rounded)
  }
  const offsets = arrays["token offsets"]?.data
  const perToken = (unit: string, i: number) =>
    Array.from({ length: offsets[i + 1] - offsets[i] }, (_, t) => row(`tokens/${unit}`, offsets[i] + t))
  return {
    units,
    modules,
    granularity,
    mean: Array.from({ length: texts }, (_, i) => units.map((unit) => row(`gates/${unit}`, i))),
    entropy: Array.from({ length: texts }, (_, i) => units.map((unit) => row(`entropy/${unit}`, i)[0])),
    ...(offsets ? { tokens: Array.from({ length: texts }, (_, i) => units.map((unit) => perToken(unit, i))) } : {}),
  }
}

/** "layer.2" before "layer.10". */
const byPlace = (a: string, b: string): number => a.localeCompare(b, "en", { numeric: true })
