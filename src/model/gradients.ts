/** A loss with the gradient of every named parameter, as the outputs that the training loop reads. */
import { DataError } from "../plugin/index.ts"
import { grad, type Program, program, type Tensor } from "../tensor/index.ts"

export const withGradients = (loss: Tensor, names: readonly string[]): Program => {
  const parameters = new Map(program({ loss }).parameters.map((tensor) => [tensor.attributes.name as string, tensor]))
  const unused = names.filter((name) => !parameters.has(name))
  if (unused.length > 0) {
    const [some, more] = [unused.slice(0, 3).join(", "), unused.length - 3]
    throw new DataError(
      `the loss does not depend on ${some}${more > 0 ? ` and ${more} more` : ""}, which ${unused.length === 1 ? "is" : "are"} to be trained`,
      "let what is computed depend on each, take them out, or say of them `trained: false`",
    )
  }
  const gradients = grad(
    loss,
    names.map((name) => parameters.get(name)!),
  )
  return program({ loss, ...Object.fromEntries(names.map((name, i) => [`gradient/${name}`, gradients[i]])) })
}
