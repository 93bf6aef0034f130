/**
 * A module at one site as a layer of the same form: what it makes of y = x W + b is x W' + b', of y = n * g + b (a
 * normalisation) n * g' + b'. The numbers come from the adapter's own formula, at x = 0 and at the unit vectors; at drawn
 * points it is compared, so that a module that is no such layer is found out.
 */
import type { Participant } from "../../model/encoder.ts"
import {
  add,
  DataError,
  type Engine,
  type HostTensor,
  input,
  matmul,
  mul,
  packedLayout,
  program,
  randomStream,
  type Site,
  type Tensor,
  tokenRows,
  weight,
} from "../../plugin/index.ts"

export interface Layer {
  /** [in, out] of a linear layer, [width] of a normalisation. */
  readonly weight: HostTensor
  readonly bias?: HostTensor
}

/** Points at which the folded layer is compared, and how far apart it may be, in parts of the largest value. */
const POINTS = 4
const APART = 1e-4

/** Rejects with DataError where the module is no such layer at this site. */
export const affine = async (
  site: Site,
  { weight: w, bias }: Layer,
  change: NonNullable<Participant["change"]>,
  { engine, adapter }: { readonly engine: Engine; readonly adapter: string },
): Promise<Required<Layer>> => {
  const cannot = (why: string) =>
    new DataError(
      `the module cannot be folded into the weights: the adapter ${adapter} at ${site.name} ${why}`,
      "export it with --to onnx, which keeps the module as it is, or with --to peft",
    )
  if (site.kind !== "linear" && site.kind !== "norm") throw cannot(`changes what is no layer with weights`)
  const norm = site.kind === "norm"
  const layout = packedLayout()
  const x = input("x", ["tokens", site.in], "float", tokenRows(layout))
  const leaves = { weight: weight("weight", w), ...(bias && { bias: weight("bias", bias) }) }
  const product = norm ? mul(x, leaves.weight) : matmul(x, leaves.weight)
  const y: Tensor = leaves.bias ? add(product, leaves.bias) : product
  const changed = program({ y: change({ site, ...leaves }, x, y) })
  if (changed.inputs.some((leaf) => leaf.attributes.name !== "x")) throw cannot("mixes the tokens of a text")
  const points = pointsFor(site.in, norm)
  const session = await engine.compile(changed)
  const { y: found } = await session.run({ x: points })
  await session.release()
  const out = norm ? site.in : site.out
  const values = found.data as Float32Array
  const row = (i: number) => values.slice(i * out, (i + 1) * out)
  const folded = split(row, w, norm)
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  for (let i = points.shape[0] - POINTS; i < points.shape[0]; i++) {
    const at = (points.data as Float32Array).subarray(i * site.in, (i + 1) * site.in)
    const wanted = row(i)
    if (valueAt(at, folded, norm).some((value, o) => !(Math.abs(value - wanted[o]) <= APART * largest)))
      throw cannot(norm ? "does not scale and shift" : "is not linear in what enters")
  }
  return folded
}

/** x = 0, then the unit vectors (for a normalisation all ones), then drawn points. */
const pointsFor = (width: number, norm: boolean): HostTensor => {
  const units = norm ? 1 : width
  const data = new Float32Array((1 + units + POINTS) * width)
  if (norm) data.fill(1, width, 2 * width)
  else for (let i = 0; i < width; i++) data[(1 + i) * width + i] = 1
  const random = randomStream(0, "fold")
  for (let i = (1 + units) * width; i < data.length; i++) data[i] = random.normal()
  return { shape: [data.length / width, width], data }
}

const split = (row: (i: number) => Float32Array, { shape }: HostTensor, norm: boolean): Required<Layer> => {
  const b = row(0)
  const rows = norm ? 1 : shape[0]
  const data = new Float32Array(rows * b.length)
  for (let i = 0; i < rows; i++)
    data.set(
      row(1 + i).map((value, o) => value - b[o]),
      i * b.length,
    )
  return { weight: { shape, data }, bias: { shape: [b.length], data: b } }
}

const valueAt = (x: Float32Array, { weight: w, bias }: Required<Layer>, norm: boolean): Float32Array =>
  Float32Array.from(bias.data as Float32Array, (b, o) => {
    if (norm) return b + x[o] * Number(w.data[o])
    let sum = b
    for (let i = 0; i < x.length; i++) sum += x[i] * Number(w.data[i * bias.data.length + o])
    return sum
  })
