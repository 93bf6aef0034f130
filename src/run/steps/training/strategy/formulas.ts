/** Formulas that a strategy gives, checked before they are compiled, and gradients that it changes, before they are followed. */
import { described, isRecord } from "../../../../plugin/described.ts"
import { nameOf, program, type Strategy, type Tensor, visibleShape } from "../../../../plugin/index.ts"
import { StepError } from "../../../work.ts"

/** One float for the step. Throws StepError that says what was given instead, or what of `names` it leaves out. */
export const checkedLoss = (
  { name: strategy }: Strategy,
  loss: unknown,
  names: readonly string[],
  member = "loss",
): Tensor => {
  const wrong = (what: string, help: string): never => {
    throw new StepError(`the strategy "${strategy}" can't be carried out: its \`${member}\` ${what}`, help)
  }
  const one =
    "return one number for the step, a sum of means over examples, such as all(crossEntropy()), and of terms on parameters"
  if (!isTensor(loss)) return wrong(`gives ${described(loss)}`, one)
  if (loss.shape.length > 0 || loss.rows || loss.dtype !== "float") return wrong(`gives ${shapeOf(loss)}`, one)
  const read = new Set(program({ loss }).parameters.map(nameOf))
  const unread = names.filter((name) => !read.has(name))
  if (unread.length === 0) return loss
  return wrong(
    `does not depend on ${unread.length === names.length ? "any" : unread.length} of the ${names.length} parameters that are trained (${unread[0]}${unread.length > 1 ? ", ..." : ""})`,
    "add a mean over examples, such as all(crossEntropy()), or let `freezes` say what is not trained",
  )
}

/** One gradient for each parameter, in its shape. */
export const checkedGradients = (
  { name: strategy }: Strategy,
  changed: unknown,
  own: readonly Tensor[],
): readonly Tensor[] => {
  const wrong = (what: string): never => {
    throw new StepError(
      `the strategy "${strategy}" can't be carried out: its \`gradients\` gives ${what}`,
      "return one gradient for each parameter, in the order and the shapes of the given ones, as in own.map((g, i) => ...)",
    )
  }
  if (!Array.isArray(changed)) return wrong(described(changed))
  if (changed.length !== own.length) return wrong(`${changed.length} gradients for ${own.length} parameters`)
  return changed.map((one: unknown, i) => {
    if (!isTensor(one)) return wrong(`${described(one)} as gradient ${i + 1} of ${own.length}`)
    if (shapeOf(one) !== shapeOf(own[i]))
      return wrong(`${shapeOf(one)} as gradient ${i + 1} of ${own.length}, and the parameter is ${shapeOf(own[i])}`)
    return one
  })
}

type Gradients = ReadonlyMap<string, Float32Array>

/** What came of gradients that were finite is finite: else the next loss would be blamed on the learning rate. */
export const checkFollowed = ({ name: strategy }: Strategy, changed: Gradients, of: readonly Gradients[]): void => {
  const broken = infinite(changed)
  if (broken === undefined || of.some((one) => infinite(one) !== undefined)) return
  throw new StepError(
    `the strategy "${strategy}" can't be carried out: its \`gradients\` gives numbers that are not finite for ${broken}`,
    "look for a division by zero: the gradients of what is remembered may be 0",
  )
}

const infinite = (gradients: Gradients): string | undefined =>
  [...gradients].find(([, data]) => !data.every(Number.isFinite))?.[0]

export const isTensor = (value: unknown): value is Tensor =>
  isRecord(value) && typeof value.op === "string" && Array.isArray(value.shape) && Array.isArray(value.inputs)

/** As a formula sees it. */
const shapeOf = (x: Tensor): string =>
  `${x.dtype === "float" ? "numbers" : x.dtype} of the shape [${visibleShape(x).join(", ")}]${x.rows ? ` for each ${x.rows.of === "examples" ? "example" : "token"}` : ""}`
