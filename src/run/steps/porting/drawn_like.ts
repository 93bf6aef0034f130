/**
 * What a ported module is set against (Sabry and Belz 2024, arXiv 2401.14228), array by array:
 *   resampled   each entry drawn from N(m, s), m and s the mean and the standard deviation of the ported array
 *   permuted    the entries of the ported array in an order drawn by chance
 * What is not trained stays as it is.
 */
import type { HostTensor, RandomStream } from "../../../plugin/index.ts"

export const drawnLike = (
  arrays: ReadonlyMap<string, HostTensor>,
  trained: ReadonlySet<string>,
  how: "resampled" | "permuted",
  random: (name: string) => RandomStream,
): ReadonlyMap<string, HostTensor> =>
  new Map(
    [...arrays].map(([name, array]) => [name, trained.has(name) ? redrawn[how](array, random(name)) : array] as const),
  )

const redrawn = {
  resampled: ({ shape, data }: HostTensor, random: RandomStream): HostTensor => {
    const numbers = Float64Array.from(data as Float32Array)
    const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length
    const deviation = Math.sqrt(numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length)
    return { shape, data: Float32Array.from(numbers, () => mean + deviation * random.normal()) }
  },
  permuted: ({ shape, data }: HostTensor, random: RandomStream): HostTensor => ({
    shape,
    data: Float32Array.from(random.shuffle(Array.from(data as Float32Array))),
  }),
}
