/** Kernels that choose by index. */
import { countOf, type Kernel, type Kernels, type Value } from "../value.ts"

/** Size of one row of a table. */
const rowSize = (table: Value): number => countOf(table.shape.slice(1))

/** A negative index counts from the end. */
const rowAt = (index: number, table: Value): number => {
  const at = index < 0 ? index + table.shape[0] : index
  if (at < 0 || at >= table.shape[0])
    throw new RangeError(`index ${index} is outside a table of ${table.shape[0]} rows`)
  return at
}

const gather: Kernel = ({ inputs: [table, indices], shape }) => {
  const size = rowSize(table)
  const result = new Float64Array(countOf(shape))
  indices.data.forEach((index, i) => {
    const at = rowAt(index, table)
    result.set(table.data.subarray(at * size, (at + 1) * size), i * size)
  })
  return result
}

const topKMask: Kernel = ({ inputs: [x], attributes: { k } }) => {
  const width = x.shape[x.shape.length - 1]
  const result = new Float64Array(x.data.length)
  for (let start = 0; start < x.data.length; start += width) {
    const order = [...Array(width).keys()].sort((i, j) => x.data[start + j] - x.data[start + i] || i - j)
    for (const i of order.slice(0, k)) result[start + i] = 1
  }
  return result
}

export const indexing: Kernels = {
  gather,
  topKMask,
  scatterAdd: ({ inputs: [into, indices, updates] }) => {
    const size = rowSize(into)
    const result = into.data.slice()
    indices.data.forEach((index, i) => {
      const at = rowAt(index, into)
      for (let j = 0; j < size; j++) result[at * size + j] += updates.data[i * size + j]
    })
    return result
  },
  oneHot: ({ inputs: [indices], shape }) => {
    const depth = shape[shape.length - 1]
    const result = new Float64Array(countOf(shape))
    indices.data.forEach((index, i) => {
      if (index >= 0 && index < depth) result[i * depth + index] = 1
    })
    return result
  },
  pick: ({ inputs: [x, indices] }) => {
    const width = x.shape[x.shape.length - 1]
    return indices.data.map((index, i) => x.data[i * width + index])
  },
  /** A packed batch on the padded shape; one past the last token stands for zeros. */
  toPadded: (call) => {
    const [x, pad] = call.inputs
    const data = new Float64Array(x.data.length + rowSize(x))
    data.set(x.data)
    return gather({ ...call, inputs: [{ shape: [x.shape[0] + 1, ...x.shape.slice(1)], data }, pad] })
  },
  fromPadded: (call) => {
    const [y, , unpad] = call.inputs
    return gather({ ...call, inputs: [{ shape: [y.shape[0] * y.shape[1], ...y.shape.slice(2)], data: y.data }, unpad] })
  },
  spread: gather,
  count: ({ attributes, dim }) => Float64Array.of(dim(attributes.dim)),
  range: ({ shape }) => Float64Array.from(Array(shape[0]).keys()),
}
