/** Kernels that move numbers: reshape, transpose, broadcast, slice, pad, concatenate. */
import { stridesOf } from "../../../../src/plugin/index.ts"
import { broadcast, countOf, forEachPlace, type Kernels } from "../value.ts"

export const movement: Kernels = {
  reshape: ({ inputs: [x] }) => x.data,

  transpose: ({ inputs: [x], attributes, shape }) => {
    const strides = stridesOf(x.shape)
    const steps = (attributes.permutation as number[]).map((axis) => strides[axis])
    const result = new Float64Array(x.data.length)
    forEachPlace(shape, steps, (flat, place) => {
      result[flat] = x.data[place]
    })
    return result
  },

  broadcastTo: ({ inputs: [x], shape }) => broadcast(x, shape),

  slice: ({ inputs: [x], attributes, shape, dim }) => {
    const strides = stridesOf(x.shape)
    const first = dim(attributes.start) * strides[attributes.axis]
    const result = new Float64Array(countOf(shape))
    forEachPlace(shape, strides, (flat, place) => {
      result[flat] = x.data[first + place]
    })
    return result
  },

  padAxis: ({ inputs: [x], attributes, shape, dim }) => {
    const strides = stridesOf(shape)
    const first = dim(attributes.before) * strides[attributes.axis]
    const result = new Float64Array(countOf(shape))
    forEachPlace(x.shape, strides, (flat, place) => {
      result[first + place] = x.data[flat]
    })
    return result
  },

  concat: ({ inputs, attributes, shape }) => {
    const strides = stridesOf(shape)
    const result = new Float64Array(countOf(shape))
    let first = 0
    for (const x of inputs) {
      const start = first
      forEachPlace(x.shape, strides, (flat, place) => {
        result[start + place] = x.data[flat]
      })
      first += x.shape[attributes.axis] * strides[attributes.axis]
    }
    return result
  },
}
