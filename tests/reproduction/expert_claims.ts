/**
 * What ModuleFormer claims of experts (arXiv 2306.04640), asked of examples/12_moduleformer: two figures of a study and which shall be the
 * better one. Written when the example had been run before. Tags as in `claim.ts`. The rule: *holds strictly* where the 95 % interval of the left figure is better as
 * a whole than that of the right one, *does not hold* where it is worse as a whole, else *undecided*.
 */
import type { StudiedFigure, StudiedModel } from "../../src/learning/study_results.ts"
import type { Claim } from "./claim.ts"
import type { Verdict } from "./verdict.ts"

interface Read {
  readonly model: string
  readonly figure: (model: StudiedModel) => StudiedFigure | undefined
}

export interface ExpertClaim extends Pick<Claim, "id" | "says" | "evidence"> {
  readonly study: "specialised" | "inserted" | "concentrated"
  readonly what: string
  readonly left: Read
  readonly right: Read
  readonly better: "higher" | "lower"
}

const task: Read["figure"] = ({ use }) => use?.task
const label: Read["figure"] = ({ use }) => use?.label
const load: Read["figure"] = ({ use }) => use?.load
const ofTask =
  (index: number): Read["figure"] =>
  ({ byTask }) =>
    byTask[index]
const pruned =
  (share: number, by: "activation" | "chance"): Read["figure"] =>
  (model) =>
    model.pruned.find((one) => one.share === share && one.by === by)?.perplexity

const KNOWN = ["living", "things", "mind", "happenings"]

type Sides = Pick<ExpertClaim, "left" | "right">

/** Two models under one figure. */
const between = (left: string, right: string, figure: Read["figure"]): Sides => ({
  left: { model: left, figure },
  right: { model: right, figure },
})

const claim = (
  study: ExpertClaim["study"],
  id: string,
  says: string,
  what: string,
  better: ExpertClaim["better"],
  sides: Sides,
  evidence: ExpertClaim["evidence"] = "M",
): ExpertClaim => ({ study, id, says, what, better, ...sides, evidence })

const KNOWS = "with the loss of mutual information, experts tell the"

export const EXPERT_CLAIMS: readonly ExpertClaim[] = [
  claim(
    "specialised",
    "Specialised, topics",
    `${KNOWS} topic of a text`,
    "nats of expert and task",
    "higher",
    between("sure", "plain", task),
  ),
  claim(
    "specialised",
    "Specialised, classes",
    `${KNOWS} class of a text`,
    "nats of expert and class",
    "higher",
    between("sure", "plain", label),
    "A",
  ),
  ...[0.25, 0.5, 0.75].map((share) =>
    claim(
      "specialised",
      `Pruned, ${100 * share} %`,
      "experts that are chosen least can go, rather than others",
      "perplexity",
      "lower",
      {
        left: { model: "sure", figure: pruned(share, "activation") },
        right: { model: "sure", figure: pruned(share, "chance") },
      },
    ),
  ),
  claim(
    "inserted",
    "Inserted, new texts",
    "fresh experts alone learn new texts, against the model before",
    "perplexity of deeds",
    "lower",
    between("grown", "sure", ofTask(KNOWN.length)),
  ),
  ...KNOWN.map((name, index) =>
    claim(
      "inserted",
      `Inserted, ${name}`,
      "fresh experts alone forget less than a model that is trained on as a whole",
      `perplexity of ${name}`,
      "lower",
      between("grown", "tuned", ofTask(index)),
    ),
  ),
  claim(
    "concentrated",
    "Concentrated, load",
    "load concentration: fewer experts carry a task",
    "experts in use",
    "lower",
    between("focused", "tuned", load),
  ),
  claim(
    "concentrated",
    "Concentrated, pruned",
    "after load concentration more experts can go",
    "perplexity without 75 % of the experts",
    "lower",
    between("focused", "tuned", pruned(0.75, "activation")),
  ),
]

export const apart = (left: StudiedFigure, right: StudiedFigure, better: ExpertClaim["better"]): Verdict => {
  const [high, low] = better === "higher" ? [left, right] : [right, left]
  if (high.interval[0] > low.interval[1]) return "holds strictly"
  return low.interval[0] > high.interval[1] ? "does not hold" : "undecided"
}
