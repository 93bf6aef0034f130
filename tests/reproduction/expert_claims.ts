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

export const EXPERT_CLAIMS: readonly ExpertClaim[] = [
  {
    id: "Specialised, topics",
    says: "with the loss of mutual information, experts tell the topic of a text",
    evidence: "M",
    study: "specialised",
    what: "nats of expert and task",
    left: { model: "sure", figure: task },
    right: { model: "plain", figure: task },
    better: "higher",
  },
  {
    id: "Specialised, classes",
    says: "with the loss of mutual information, experts tell the class of a text",
    evidence: "A",
    study: "specialised",
    what: "nats of expert and class",
    left: { model: "sure", figure: label },
    right: { model: "plain", figure: label },
    better: "higher",
  },
  ...[0.25, 0.5, 0.75].map(
    (share): ExpertClaim => ({
      id: `Pruned, ${100 * share} %`,
      says: "experts that are chosen least can go, rather than others",
      evidence: "M",
      study: "specialised",
      what: "perplexity",
      left: { model: "sure", figure: pruned(share, "activation") },
      right: { model: "sure", figure: pruned(share, "chance") },
      better: "lower",
    }),
  ),
  {
    id: "Inserted, new texts",
    says: "fresh experts alone learn new texts, against the model before",
    evidence: "M",
    study: "inserted",
    what: "perplexity of deeds",
    left: { model: "grown", figure: ofTask(KNOWN.length) },
    right: { model: "sure", figure: ofTask(KNOWN.length) },
    better: "lower",
  },
  ...KNOWN.map(
    (name, index): ExpertClaim => ({
      id: `Inserted, ${name}`,
      says: "fresh experts alone forget less than a model that is trained on as a whole",
      evidence: "M",
      study: "inserted",
      what: `perplexity of ${name}`,
      left: { model: "grown", figure: ofTask(index) },
      right: { model: "tuned", figure: ofTask(index) },
      better: "lower",
    }),
  ),
  {
    id: "Concentrated, load",
    says: "load concentration: fewer experts carry a task",
    evidence: "M",
    study: "concentrated",
    what: "experts in use",
    left: { model: "focused", figure: load },
    right: { model: "tuned", figure: load },
    better: "lower",
  },
  {
    id: "Concentrated, pruned",
    says: "after load concentration more experts can go",
    evidence: "M",
    study: "concentrated",
    what: "perplexity without 75 % of the experts",
    left: { model: "focused", figure: pruned(0.75, "activation") },
    right: { model: "tuned", figure: pruned(0.75, "activation") },
    better: "lower",
  },
]

export const apart = (left: StudiedFigure, right: StudiedFigure, better: ExpertClaim["better"]): Verdict => {
  const [high, low] = better === "higher" ? [left, right] : [right, left]
  if (high.interval[0] > low.interval[1]) return "holds strictly"
  return low.interval[0] > high.interval[1] ? "does not hold" : "undecided"
}
