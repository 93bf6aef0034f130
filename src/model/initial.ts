/** Draws initial values of parameters from named random streams. */

import type { Initial } from "../plugin/index.ts"
import type { HostTensor, RandomStream } from "../tensor/index.ts"

export const drawn = (initial: Initial, random: RandomStream): HostTensor => {
  const data = new Float32Array(initial.shape.reduce((a, b) => a * b, 1))
  switch (initial.draw) {
    case "ones":
      data.fill(1)
      break
    case "normal":
      for (let i = 0; i < data.length; i++) data[i] = random.normal() * initial.deviation
      break
    case "uniform":
      for (let i = 0; i < data.length; i++) data[i] = (2 * random.uniform() - 1) * initial.bound
      break
  }
  return { shape: initial.shape, data }
}
