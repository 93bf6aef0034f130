/** Kernels that move numbers: reshape, transpose, broadcast, slice, pad, concatenate. */
import { stridesOf } from "../../../../src/plugin/index.ts"
import { broadcastIndex, countOf, forEachIndex, type Kernels } from "../value.ts"

export const movement: Kernels = {
  reshape: ({ inputs: [x] }) => x.data,

  transpose: ({ inputs: [x], attributes, shape }) => {
    const strides = stridesOf(x.shape)
    const steps = (attributes.permutation as number[]).map((axis) => strides[axis])
    const result = new Float64Array(x.data.length)
    forEachIndex(shape, (flat, at) => {
      result[flat] = x.data[at.reduce((sum, i, axis) => sum + i * steps[axis], 0)]
    })
    return result
  },

  broadcastTo: ({ inputs: [x], shape }) => {
    const result = new Float64Array(countOf(shape))
    const index = broadcastIndex(x.shape)
    forEachIndex(shape, (flat, at) => {
      result[flat] = x.data[index(at)]
    })
    return result
  },

  slice: ({ inputs: [x], attributes, shape, dim }) => {
    const strides = stridesOf(x.shape)
    const first = dim(attributes.start) * strides[attributes.axis]
    const result = new Float64Array(countOf(shape))
    forEachIndex(shape, (flat, at) => {
      result[flat] = x.data[first + at.reduce((sum, i, axis) => sum + i * strides[axis], 0)]
    })
    return result
  },

  padAxis: ({ inputs: [x], attributes, shape, dim }) => {
    const strides = stridesOf(shape)
    const first = dim(attributes.before) * strides[attributes.axis]
    const result = new Float64Array(countOf(shape))
    forEachIndex(x.shape, (flat, at) => {
      result[first + at.reduce((sum, i, axis) => sum + i * strides[axis], 0)] = x.data[flat]
    })
    return result
  },

  concat: ({ inputs, attributes, shape }) => {
    const strides = stridesOf(shape)
    const result = new Float64Array(countOf(shape))
    let first = 0
    for (const x of inputs) {
      forEachIndex(x.shape, (flat, at) => {
        result[first + at.reduce((sum, i, axis) => sum + i * strides[axis], 0)] = x.data[flat]
      })
      first += x.shape[attributes.axis] * strides[attributes.axis]
    }
    return result
  },
}
