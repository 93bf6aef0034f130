/** Where a checkpoint's weights come from: our names, with dense layers as [in, out], and those of the file, with [out, in]. */
import type { HostTensor } from "../tensor/index.ts"

export interface WeightSource {
  /** Name in `Checkpoint.weights`. */
  readonly name: string
  /** Name in the file, without the prefix of the whole network. */
  readonly from: string
  /** Shape in the file. */
  readonly shape: readonly number[]
  /** The matrix is turned on reading. */
  readonly transposed?: boolean
  /** Only these rows of the stored tensor, which is part of several weights: first and, exclusively, last. */
  readonly rows?: readonly [number, number]
  /** Saved beside the network, whose prefix its name does not have (`lm_head`); left out where the file has none. */
  readonly ofHead?: boolean
  /** A table whose first row is added to every row, where the file has it. */
  readonly plusFirstRowOf?: string
}

/** A table such as the embeddings of tokens, as it is stored. */
export const tableWeight = (
  name: string,
  from: string,
  shape: readonly number[],
  more: Pick<WeightSource, "rows" | "plusFirstRowOf"> = {},
): WeightSource => ({ name, from, shape, ...more })

/** A linear layer: `<name>.weight` and, unless there is none, `<name>.bias`. `part`: the how-manieth of several stored as one. */
export const denseWeights = (
  name: string,
  from: string,
  [input, out]: readonly [number, number],
  { bias = true, part }: { readonly bias?: boolean; readonly part?: readonly [number, number] } = {},
): readonly WeightSource[] => {
  const [at, parts] = part ?? [0, 1]
  const rows = part ? { rows: [at * out, (at + 1) * out] as const } : {}
  const weight = { name: `${name}.weight`, from: `${from}.weight`, shape: [parts * out, input], transposed: true }
  return [
    { ...weight, ...rows },
    ...(bias ? [{ name: `${name}.bias`, from: `${from}.bias`, shape: [parts * out], ...rows }] : []),
  ]
}

/** A normalisation: `<name>.weight` and, unless there is none, `<name>.bias`. */
export const normWeights = (
  name: string,
  from: string,
  width: number,
  { bias = true }: { readonly bias?: boolean } = {},
): readonly WeightSource[] =>
  (bias ? ["weight", "bias"] : ["weight"]).map((part) => ({
    name: `${name}.${part}`,
    from: `${from}.${part}`,
    shape: [width],
  }))

/** The way back: tensors by the names of a file, `prefix` before those of the network itself. For sources that are whole tensors. */
export const fileTensors = (
  weights: Readonly<Record<string, HostTensor>>,
  sources: readonly WeightSource[],
  prefix = "",
): Record<string, HostTensor> =>
  Object.fromEntries(
    sources.map(({ name, from, transposed, ofHead }) => [
      ofHead ? from : prefix + from,
      transposed ? turned(weights[name]) : weights[name],
    ]),
  )

/** [rows, columns] to [columns, rows], so many rows at a time that what is written together fills a line of the cache. */
export const turned = ({ shape: [rows, columns], data }: HostTensor) => {
  const [numbers, result] = [data as Float32Array, new Float32Array(data.length)]
  for (let from = 0; from < rows; from += 16) {
    const to = Math.min(from + 16, rows)
    for (let c = 0; c < columns; c++) for (let r = from; r < to; r++) result[c * rows + r] = numbers[r * columns + c]
  }
  return { shape: [columns, rows], data: result }
}
