/**
 * Sparse fine-tuning (Ansell et al. 2022, arXiv 2110.07560): a few entries of a weight are trained, at fixed places,
 *   y = x (W + S) + b,   S zero except at `places`,
 * chosen by chance, or where W is largest in magnitude. (The paper chooses those that full fine-tuning moves furthest.)
 */
import {
  add,
  defineAdapter,
  matmul,
  optional,
  placed,
  places,
  Schema,
  Targets,
  words,
  zeros,
} from "../../src/plugin/index.ts"

const Share = Schema.Number.check(Schema.isGreaterThan(0), Schema.isLessThanOrEqualTo(1))

export default defineAdapter({
  name: "sparse",
  summary: "Few entries of a weight, at fixed places (Ansell et al. 2022)",
  equation: "y = x(W + S) + b, S zero except at its places",
  reference: "arXiv 2110.07560",
  checked: "PyTorch: gradients, and training of the model's own entries",
  taxonomy: { computation: "sparse" },
  options: Schema.Struct({
    share: optional(Share, 0.01, "part of a weight's entries that is trained"),
    choose: optional(
      words("random", "largest"),
      "random",
      "places by chance, or where the weight is largest in magnitude",
    ),
    targets: optional(Targets, ["query", "value"], "linear layers that get an update"),
  }),
  sites: ({ targets }) => targets,
  parameters: (site, { share, choose }) => {
    const count = Math.max(1, Math.round(share * site.in * site.out))
    return { places: places(count, site.in * site.out, choose), values: { ...zeros([count]), decayed: true } }
  },
  forward: (x, y, p, _options, _mode, { site }) => add(y, matmul(x, placed(p.values, p.places, [site.in, site.out]))),
})
