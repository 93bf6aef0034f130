/** What the report says of studies, on a terminal and on the page. */
import type { Studied, StudiedModel } from "../learning/study_results.ts"
import { counted } from "./number_text.ts"

export const STUDY_NOTE =
  "Perplexity: exp of the mean surprise of a piece, all but the first of each text. Brackets: 95 % interval over draws of seeds and texts."

export const USE_NOTE =
  "Means over gates. Load: as many experts as, evenly used, would have the entropy of the choices. Of a task, of a class: mutual information of expert and task (class) of the text, in nats; in parentheses what it is by chance, when these are dealt out anew."

export const PRUNED_NOTE =
  "Share of all experts that is dropped, those that the training texts of the same tasks choose least, or as many by chance; what is left is trained no further. Chosen at most: the largest share of a gate's choices that a dropped expert had."

/** `4 language models, 1941 test texts of 4 tasks, 3 seeds`. */
export const extentOf = ({ models, texts, tasks }: Studied): string =>
  `${counted(models.length, "language model")}, ${counted(texts, "test text")} of ${counted(tasks.length, "task")}, ${counted(models[0]?.seeds ?? 0, "seed")}`

/** A model's points of size and perplexity: whole, and pruned by activation, each beside as many dropped by chance. */
export const prunedPoints = ({ pruned }: StudiedModel) =>
  pruned
    .filter(({ by }) => by === "activation")
    .map((point) => ({ point, chance: pruned.find(({ by, share }) => by === "chance" && share === point.share) }))
