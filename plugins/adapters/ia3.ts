/**
 * (IA)3 (Liu et al. 2022, arXiv 2205.05638): what passes through a layer is rescaled, coordinate by coordinate,
 *   y = l * (x W + b) at keys and values,   y = (l * x) W + b at the feed-forward's output,   l drawn as ones.
 * PEFT takes the output of the attention for feed-forward too: `inputs: [attention_output, output]`.
 */
import {
  add,
  defineAdapter,
  LINEAR_ROLES,
  matmul,
  mul,
  ones,
  optional,
  type Role,
  Schema,
  Targets,
  type Tensor,
} from "../../src/plugin/index.ts"

const atInput = (role: Role, inputs: readonly Role[]): boolean => inputs.includes(role)

export default defineAdapter({
  name: "ia3",
  summary: "Rescales keys, values and the inner activations of the feed-forward layer (Liu et al. 2022)",
  equation: "y = l * (xW + b); at the feed-forward's output y = (l * x)W + b",
  reference: "arXiv 2205.05638",
  checked: "HF PEFT: training, folders and states in both directions; PyTorch: gradients",
  taxonomy: { computation: "rescaling" },
  options: Schema.Struct({
    targets: optional(
      Targets,
      ["key", "value", "output"],
      "linear layers that are rescaled: those of `inputs` at what enters them, others at what leaves them",
    ),
    inputs: optional(
      Schema.Array(Schema.Literals(LINEAR_ROLES)),
      ["output"],
      "layers that are rescaled at what enters them",
    ),
  }),
  sites: ({ targets }) => targets,
  parameters: ({ role, in: enters, out }, { inputs }) => ({ l: ones([atInput(role, inputs) ? enters : out]) }),
  forward: (x, y, { l }, { inputs }, _mode, { site, weight, bias }) => {
    if (!atInput(site.role, inputs)) return mul(y, l)
    const rescaled = matmul(mul(x, l), weight as Tensor)
    return bias ? add(rescaled, bias) : rescaled
  },
  axes: ({ role }, { inputs }) => ({ l: [atInput(role, inputs) ? "x" : "y"] }),
  peft: {
    type: "IA3",
    options: ({ roles }, targets) => ({ targets, inputs: roles("feedforward_modules") }),
    config: ({ inputs }, modules) => ({ feedforward_modules: modules(inputs), fan_in_fan_out: false }),
    only: { fan_in_fan_out: [false] },
    silent: ["init_ia3_weights"],
    tensors: ({ role, in: enters, out }, { inputs }) => ({
      l: { name: "ia3_l", shape: atInput(role, inputs) ? [1, enters] : [out, 1] },
    }),
  },
})
