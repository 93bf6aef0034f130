/** Evaluates a formula over examples in float64, without a network. */
import reference from "../../plugins/backends/reference/index.ts"
import {
  exampleRows,
  type HostTensor,
  input,
  packedLayout,
  program,
  randomStream,
  type Tensor,
} from "../../src/plugin/index.ts"

export const layout = packedLayout()

/** Rows of examples as the author sees them: [width]. */
export const rows = (name: string, width: number): Tensor =>
  input(name, ["examples", width], "float", exampleRows(layout))

export const matrix = (values: readonly (readonly number[])[]): HostTensor => ({
  shape: [values.length, values[0]?.length ?? 0],
  data: Float64Array.from(values.flat()),
})

export const compute = async (
  outputs: Readonly<Record<string, Tensor>>,
  feeds: Readonly<Record<string, HostTensor>>,
): Promise<Readonly<Record<string, readonly number[][]>>> => {
  const engine = await reference.open({})
  const results = await (await engine.compile(program(outputs))).run(feeds)
  return Object.fromEntries(
    Object.entries(results).map(([name, { shape, data }]) => {
      const width = data.length / (shape[0] ?? 1)
      return [
        name,
        Array.from({ length: shape[0] ?? 1 }, (_, i) =>
          Array.from(data.slice(i * width, (i + 1) * width) as Float64Array),
        ),
      ]
    }),
  )
}

/** Normal numbers, [rows][columns]. */
export const normals = (count: number, width: number, seed: number, deviation = 1): number[][] => {
  const random = randomStream(seed, "normals")
  return Array.from({ length: count }, () => Array.from({ length: width }, () => deviation * random.normal()))
}
