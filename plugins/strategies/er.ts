/**
 * Experience replay (Chaudhry et al. 2019, arXiv 1902.10486): while task t is trained, every batch B of it is joined by a draw S from
 * what is remembered of the tasks before,
 *   L = 1/|B + S| sum_{(x,y) in B + S} CE(f(x), y)
 */
import { defineStrategy, NoOptions } from "../../src/plugin/index.ts"

export default defineStrategy({
  name: "er",
  summary: "Experience replay: every batch is joined by remembered examples of earlier tasks (Chaudhry et al. 2019)",
  equation: "L = mean of CE(f(x), y) over B and S,  S ~ memory",
  reference: "arXiv 1902.10486; as `er` of mammoth (Buzzega et al. 2020)",
  checked: "PyTorch by the formula: parameters after three tasks; the kit",
  options: NoOptions,
  trains: "adapter",
  visits: "one_by_one",
  replays: () => ({ draws: 1 }),
})
