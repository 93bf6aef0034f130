/** The operators of ONNX on arrays: one table. */
import type { Numbers } from "../numbers.ts"
import { elementwise } from "./elementwise.ts"
import type { Call, Kernels } from "./kernel.ts"
import { movement } from "./movement.ts"
import { reducing } from "./reducing.ts"

export const kernels: Kernels = { ...elementwise, ...movement, ...reducing }

/** What a node makes of arrays. Throws RangeError. */
export const computed = (op: string, call: Call): readonly Numbers[] => {
  const kernel = kernels[op]
  if (!kernel) throw new RangeError(`${op} is not computed`)
  const result = kernel(call)
  return "dtype" in result ? [result] : result
}
