/** Activations of feed-forward layers, by the names that config.json has for them. */
import { add, gelu, mul, relu, scale, silu, type Tensor, tanh } from "../tensor/index.ts"
import type { ConfigFile } from "./config_file.ts"
import { DataError } from "./data.ts"

/** sqrt(2/pi): the tanh form of GELU is x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) (Hendrycks & Gimpel 2016). */
const GELU_SCALE = 0.7978845608028654
const geluTanh = (x: Tensor): Tensor =>
  mul(scale(x, 0.5), add(tanh(scale(mul(x, add(scale(mul(x, x), 0.044715), 1)), GELU_SCALE)), 1))

export const ACTIVATIONS: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  gelu,
  gelu_new: geluTanh,
  gelu_pytorch_tanh: geluTanh,
  relu,
  silu,
  swish: silu,
}

/** The name of the activation in a config file, checked. Throws DataError where it is none of `ACTIVATIONS`. */
export const activationName = ({ values, location }: ConfigFile, key: string, otherwise = "gelu"): string => {
  const name = values[key] ?? otherwise
  if (typeof name !== "string" || !Object.hasOwn(ACTIVATIONS, name))
    throw new DataError(
      `the backbone "${location}" uses the activation ${name}`,
      `this plugin computes ${Object.keys(ACTIVATIONS).join(", ")}`,
    )
  return name
}
