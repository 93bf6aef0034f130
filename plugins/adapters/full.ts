/**
 * Full fine-tuning of some linear layers, kept as a module: the distance from the frozen weight and bias,
 *   y = x (W + D) + b + d,   D [in, out] and d [out] drawn as zeros.
 */
import { add, defineAdapter, LINEAR_ROLES, matmul, optional, Schema, Targets, zeros } from "../../src/plugin/index.ts"

export default defineAdapter({
  name: "full",
  summary: "Every weight and bias of some linear layers: the baseline that other adapters save parameters against",
  equation: "y = x(W + D) + b + d",
  checked: "PyTorch: gradients, and training of the model's own weights",
  taxonomy: { computation: "dense" },
  options: Schema.Struct({
    targets: optional(Targets, [...LINEAR_ROLES], "linear layers that are trained; by default all"),
  }),
  sites: ({ targets }) => targets,
  parameters: (site) => ({ D: zeros([site.in, site.out]), d: zeros([site.out]) }),
  axes: () => ({ D: ["x", "y"], d: ["y"] }),
  forward: (x, y, { D, d }) => add(y, add(matmul(x, D), d)),
})
