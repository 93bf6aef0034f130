/**
 * SKIP (Klimaszewski et al. 2024, arXiv 2403.18804): a backbone of the same width with fewer blocks takes over every k-th one,
 *   theta'_j = theta_l with l mod k = 0, j = floor(l / k),   k = source blocks / target blocks
 * Where k is no whole number, block j takes over block floor(j k); a deeper target repeats blocks.
 */
import { defineTransfer, keptLayers, NoOptions } from "../../src/plugin/index.ts"

export default defineTransfer({
  name: "skip",
  summary: "Every k-th block's parameters, features number by number (Klimaszewski et al. 2024)",
  equation: "theta'_j = theta_l, l mod k = 0, j = floor(l / k)",
  reference: "arXiv 2403.18804",
  checked: "the formula on layers by hand; a module carried to the same backbone is itself",
  options: NoOptions,
  layers: keptLayers,
})
