/**
 * A library of prompts at the embeddings, weighted by the gates of an example (as Asai et al. 2022, arXiv 2205.11961, mix
 * soft prompts): of modules with the same number of tokens, token t is
 *   outputs      sum_i alpha_i T_i[t],   T_i the tokens that module i gives
 *   parameters   that of sum_i alpha_i theta_i, among modules of one kind
 * Prompts of unlike length stand one after the other, the shorter first.
 */
import type { Site } from "../plugin/index.ts"
import { add, concat, mul, type Tensor, visibleShape } from "../tensor/index.ts"
import type { Attached, TrainedModule } from "./library.ts"
import { alike, averaged, frozenParameters, gateOf, type Mixing } from "./mix.ts"

export const mixTokens = (
  site: Site,
  gates: Tensor,
  attached: readonly Attached[],
  { aggregate, modules }: Mixing,
  tokensOf: (module: TrainedModule, parameters: Readonly<Record<string, Tensor>>) => Tensor,
): Tensor => {
  const prompts =
    aggregate === "outputs"
      ? attached.map((one) => mul(tokensOf(one.module, frozenParameters(site, one)), gateOf(one, gates, modules)))
      : alike(attached, site).map((group) =>
          tokensOf(group[0].module, averaged(site, undefined, gates, group, modules)),
        )
  const byLength = new Map<number, Tensor>()
  for (const prompt of prompts) {
    const length = visibleShape(prompt)[0] as number
    const before = byLength.get(length)
    byLength.set(length, before ? add(before, prompt) : prompt)
  }
  const inOrder = [...byLength].sort(([a], [b]) => a - b).map(([, prompt]) => prompt)
  return inOrder.length === 1 ? inOrder[0] : concat(inOrder, 0)
}
