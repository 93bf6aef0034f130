/** A parameter of ours and the tensor that PEFT stores for it, each made from the other. */
import { type Adapter, DataError, type HostTensor, type PeftTensor, type Site } from "../../plugin/index.ts"

/** How each of an adapter's parameters at a site is stored. Throws DataError where it does not say so of one of them. */
export const formsAt = (
  { name, peft }: Adapter,
  site: Site,
  options: unknown,
  parameters: readonly string[],
): Readonly<Record<string, PeftTensor>> => {
  const forms = peft?.tensors(site, options) ?? {}
  const lacking = parameters.find((one) => forms[one] === undefined)
  if (lacking === undefined) return forms
  throw new DataError(
    `the adapter ${name} does not say how PEFT stores its parameter "${lacking}" at ${site.name}`,
    "its peft.tensors names every parameter",
  )
}

/** The shape in the file of a parameter with this shape. */
export const storedShape = (form: PeftTensor, own: readonly number[]): readonly number[] =>
  form.shape ?? (form.transposed ? [own[1], own[0]] : own)

/** `frozen`: the values of the frozen layer that the file's are counted from. */
export const stored = (form: PeftTensor, value: HostTensor, frozen?: HostTensor): HostTensor => {
  const data = moved(value, frozen, 1)
  const turned = form.transposed ? transposed(data, value.shape) : data
  return { shape: storedShape(form, value.shape), data: turned }
}

/** The parameter, of the shape that the adapter declares. */
export const own = (form: PeftTensor, shape: readonly number[], file: HostTensor, frozen?: HostTensor): HostTensor => {
  const values = Float32Array.from(file.data as Float32Array)
  const data = form.transposed ? transposed(values, file.shape) : values
  return { shape, data: moved({ shape, data }, frozen, -1) }
}

const moved = ({ data }: HostTensor, frozen: HostTensor | undefined, sign: number): Float32Array =>
  Float32Array.from(data as Float32Array, (value, i) => value + sign * Number(frozen?.data[i] ?? 0))

const transposed = (data: Float32Array, [rows, columns]: readonly number[]): Float32Array => {
  const turned = new Float32Array(data.length)
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) turned[c * rows + r] = data[r * columns + c]
  return turned
}
