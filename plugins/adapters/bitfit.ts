/**
 * BitFit (Ben Zaken et al. 2022, arXiv 2106.10199): only the bias terms of the network are trained,
 *   y <- y + d at linear layers and normalisations,   d drawn as zeros: the distance from the bias that was there.
 */
import { add, defineAdapter, LINEAR_ROLES, NORM_ROLES, optional, Schema, zeros } from "../../src/plugin/index.ts"

export default defineAdapter({
  name: "bitfit",
  summary: "Trains the bias terms of linear layers and normalisations (Ben Zaken et al. 2022)",
  equation: "y <- y + d",
  reference: "arXiv 2106.10199",
  checked: "PyTorch: gradients, and training of the model's own biases",
  taxonomy: { computation: "structured" },
  options: Schema.Struct({
    targets: optional(
      Schema.Array(Schema.Literals([...LINEAR_ROLES, ...NORM_ROLES])).check(Schema.isMinLength(1)),
      [...LINEAR_ROLES, ...NORM_ROLES],
      "layers whose bias is trained; by default all",
    ),
  }),
  sites: ({ targets }) => targets,
  parameters: ({ out }) => ({ d: zeros([out]) }),
  forward: (_x, y, { d }) => add(y, d),
  axes: () => ({ d: ["y"] }),
})
