/**
 * AVG (Klimaszewski et al. 2024, arXiv 2403.18804): a backbone of the same width with fewer blocks takes over the mean of every
 * k blocks that follow each other,
 *   theta'_j = 1/k sum over floor(l / k) = j of theta_l,   k = source blocks / target blocks
 * Where k is no whole number, the means are over shares as even as can be; a deeper target repeats blocks. Factors of low-rank
 * updates are averaged apart, as the authors' code does.
 */
import { defineTransfer, NoOptions, sharedLayers } from "../../src/plugin/index.ts"

export default defineTransfer({
  name: "average",
  summary: "The mean of every k blocks' parameters, features number by number (Klimaszewski et al. 2024)",
  equation: "theta'_j = 1/k sum_{floor(l / k) = j} theta_l",
  reference: "arXiv 2403.18804",
  checked: "the formula on layers by hand; a module carried to the same backbone is itself",
  options: NoOptions,
  layers: sharedLayers,
})
