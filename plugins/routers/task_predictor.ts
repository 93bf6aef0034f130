/**
 * A task predictor: a classifier of tasks on features of the frozen backbone, trained by the tasks of the examples alone.
 *   alpha = softmax(W phi + b),    loss = -log alpha_task
 * `select` takes the likeliest task's module and its own head; `softmax` composes with alpha.
 */
import {
  add,
  defineRouter,
  type Initials,
  kaiming,
  log,
  matmul,
  mul,
  neg,
  optional,
  PositiveInt,
  PositiveNumber,
  relu,
  Schema,
  scale,
  softmax,
  sum,
  words,
  zeros,
} from "../../src/plugin/index.ts"

export default defineRouter({
  name: "task_predictor",
  summary: "A classifier of tasks on frozen features, trained without the backbone",
  equation: "alpha = softmax(W phi + b), trained by -log alpha_task",
  checked: "PyTorch by the formula: gates, logits, loss, gradients and AdamW's steps; the planted libraries by text",
  taxonomy: { routing: ["hard", "soft"] },
  options: Schema.Struct({
    data: optional(words("memory", "train"), "memory", "what it is trained on: the memory, or all training data"),
    combine: optional(
      words("select", "softmax"),
      "select",
      "the likeliest module with its own head, or all of them weighed",
    ),
    temperature: optional(PositiveNumber, 1, "of the softmax where all are weighed"),
    hidden: optional(Schema.Union([Schema.Literal("none"), PositiveInt]), "none", "width of a hidden layer"),
    features: optional(words("mean", "cls"), "mean", "pooling of the frozen features"),
  }),
  routing: ({ combine, features }) => ({
    query: features === "cls" ? "frozen_cls" : "frozen_mean",
    level: "model",
    granularity: "example",
    aggregate: combine === "select" ? "select" : "outputs",
  }),
  parameters: ({ width, modules }, { hidden }): Initials =>
    hidden === "none"
      ? { W: zeros([width, modules]), b: zeros([modules]) }
      : { V: kaiming([width, hidden]), v: zeros([hidden]), W: zeros([hidden, modules]), b: zeros([modules]) },
  fit: ({ data }) => ({ on: data, taskLoss: false }),
  gates: (phi, p, { temperature }, { training }) => {
    const input = p.V ? relu(add(matmul(phi, p.V), p.v)) : phi
    return softmax(scale(add(matmul(input, p.W), p.b), training ? 1 : 1 / temperature))
  },
  loss: ({ units: [{ gates }], task }) => neg(log(add(sum(mul(task, gates), -1, true), 1e-12))),
})
