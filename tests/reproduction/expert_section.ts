/** The section of REPRODUCTION.md on ModuleFormer's experts. */
import type { Studied, StudiedFigure } from "../../src/learning/study_results.ts"
import { apart, EXPERT_CLAIMS, type ExpertClaim } from "./expert_claims.ts"
import { machineLine } from "./page_text.ts"
import type { RecordedExperts } from "./recorded.ts"

const figureIn = (studies: readonly Studied[], { study, id }: ExpertClaim, { model, figure }: ExpertClaim["left"]) => {
  const found = studies.find((one) => one.study === study)?.models.find((one) => one.model === model)
  const value = found && figure(found)
  if (!value) throw new Error(`the results of the studies lack what "${id}" asks of ${model} in ${study}`)
  return value
}

const text = ({ value, interval: [low, high] }: StudiedFigure): string => {
  const digits = value < 1 ? 4 : value < 10 ? 2 : 1
  return `${value.toFixed(digits)} [${low.toFixed(digits)}, ${high.toFixed(digits)}]`
}

const line = (claim: ExpertClaim, { studies }: RecordedExperts): string => {
  const { id, says, evidence, what, better } = claim
  const [left, right] = [figureIn(studies, claim, claim.left), figureIn(studies, claim, claim.right)]
  const seeds = studies.find(({ study }) => study === claim.study)?.models[0].seeds
  return `| ${id} | ${says} [${evidence}] | ${what}, ${better} is better | ${seeds} | \`${claim.left.model}\` ${text(left)} | \`${claim.right.model}\` ${text(right)} | **${apart(left, right, better)}** |`
}

export const expertSection = (run: RecordedExperts): readonly string[] => [
  "## ModuleFormer (arXiv 2306.04640)",
  "",
  "examples/12_moduleformer: language models of 245 thousand parameters, made from WordNet's glosses; the paper's have 4 to 8 billion. *Holds strictly*: the left",
  `95 % interval is better as a whole; *does not hold*: it is worse as a whole; else *undecided*. These claims were`,
  `written down when the example had been run before, with what it printed known. ${machineLine(run)}.`,
  "",
  "| claim | what | figure | seeds | left | right | verdict |",
  "|---|---|---|---:|---|---|---|",
  ...EXPERT_CLAIMS.map((claim) => line(claim, run)),
  "",
]
