/** Kernels that move numbers: reshape, transpose, broadcast, slice, pad, concatenate. */
import { stridesOf } from "../../../../src/plugin/index.ts"
import { countOf, type Kernels, positions, spread, taken } from "../value.ts"

/** Writes numbers to these places. */
const put = (data: Float64Array, into: Float64Array, places: Int32Array): void => {
  for (let i = 0; i < places.length; i++) into[places[i]] = data[i]
}

export const movement: Kernels = {
  reshape: ({ inputs: [x] }) => x.data,

  transpose: ({ inputs: [x], attributes, shape }) => {
    const strides = stridesOf(x.shape)
    const steps = (attributes.permutation as number[]).map((axis) => strides[axis])
    return taken(x.data, positions(shape, steps))
  },

  broadcastTo: ({ inputs: [x], shape }) => spread(x, shape),

  slice: ({ inputs: [x], attributes, shape, dim }) => {
    const strides = stridesOf(x.shape)
    return taken(x.data, positions(shape, strides, dim(attributes.start) * strides[attributes.axis]))
  },

  padAxis: ({ inputs: [x], attributes, shape, dim }) => {
    const strides = stridesOf(shape)
    const result = new Float64Array(countOf(shape))
    put(x.data, result, positions(x.shape, strides, dim(attributes.before) * strides[attributes.axis]))
    return result
  },

  concat: ({ inputs, attributes, shape }) => {
    const strides = stridesOf(shape)
    const result = new Float64Array(countOf(shape))
    let first = 0
    for (const x of inputs) {
      put(x.data, result, positions(x.shape, strides, first))
      first += x.shape[attributes.axis] * strides[attributes.axis]
    }
    return result
  },
}
