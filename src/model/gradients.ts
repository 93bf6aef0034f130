/** A loss with the gradient of every named parameter, as the outputs that the training loop reads. */
import { grad, type Program, program, type Tensor } from "../tensor/index.ts"

export const withGradients = (loss: Tensor, names: readonly string[]): Program => {
  const parameters = new Map(program({ loss }).parameters.map((tensor) => [tensor.attributes.name as string, tensor]))
  const unused = names.filter((name) => !parameters.has(name))
  if (unused.length > 0) throw new Error(`the loss does not depend on ${unused.join(", ")}`)
  const gradients = grad(
    loss,
    names.map((name) => parameters.get(name)!),
  )
  return program({ loss, ...Object.fromEntries(names.map((name, i) => [`gradient/${name}`, gradients[i]])) })
}
