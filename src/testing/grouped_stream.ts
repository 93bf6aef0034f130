/** Groupings on a toy stream by the steps of a run: which modules belong together, and the modules of the groups. */
import type { Artifact, StoredArray } from "../plan/step.ts"
import type { Grouping } from "../plugin/index.ts"
import { classCount, storedTexts, textsIn } from "../run/steps/given.ts"
import { LORA, TRAIN } from "./strategy_stream.ts"
import { type Bench, backbone, perform } from "./work.ts"

export interface GroupedSetting {
  readonly grouping: Grouping
  readonly options: unknown
}

/** Of each module, the number of its group. Rejects with StepError where that is no grouping. */
export const grouped = async (
  bench: Bench,
  { grouping, options }: GroupedSetting,
  modules: readonly Artifact[],
  seed = 1,
): Promise<readonly number[]> => {
  const tasks = modules.map(({ json }) => (json as { task: string }).task)
  const chosen = { plugin: grouping.name, options }
  const { json } = await perform(bench, "group", { backbone, grouping: chosen, tasks, seed }, { modules })
  return (json as { groups: readonly number[] }).groups
}

/** Which modules share a group, whatever its number: pairs of places. */
export const together = (groups: readonly number[]): readonly boolean[] =>
  groups.flatMap((one) => groups.map((other) => one === other))

const train = { ...TRAIN, epochs: 1, initialisation: "shared" }
const named = ({ json }: Artifact): string => (json as { task: string }).task

/** Each task's own module, trained on its texts. */
export const trainedApart = (bench: Bench, tokens: readonly Artifact[]): Promise<readonly Artifact[]> =>
  Promise.all(
    tokens.map((one) =>
      perform(bench, "module", { backbone, adapter: LORA, train, task: named(one), seed: 1 }, { tokens: one }),
    ),
  )

/** The module of each group, trained on all texts of its tasks. */
export const trainedTogether = (
  bench: Bench,
  groups: readonly number[],
  tokens: readonly Artifact[],
  modules: readonly Artifact[],
): Promise<readonly Artifact[]> =>
  Promise.all(
    [...new Set(groups)]
      .sort((a, b) => a - b)
      .map((group) =>
        perform(
          bench,
          "retrained",
          { backbone, adapter: LORA, train, seed: 1, group, tasks: tokens.map(named) },
          { group: { json: { groups: [...groups] }, arrays: {} }, modules, tokens },
        ),
      ),
  )

const whole = (data: readonly number[]): StoredArray => ({ shape: [data.length], data: Int32Array.from(data) })

/** Without validation texts. */
export const withoutValidation = (one: Artifact): Artifact => ({
  ...one,
  arrays: { ...one.arrays, ...storedTexts("validation", []), "validation/labels": whole([]) },
})

/** All tasks as one, whose classes are theirs one after the other. */
export const asOneTask = (tokens: readonly Artifact[]): Artifact => {
  let before = 0
  const labels = tokens.flatMap((one) => {
    const own = Array.from(one.arrays["train/labels"].data, (label) => before + Number(label))
    before += classCount(one)
    return own
  })
  return withoutValidation({
    json: {
      task: tokens.map(named).join("+"),
      labels: tokens.flatMap(({ json }) => (json as { labels: readonly string[] }).labels),
    },
    arrays: {
      ...storedTexts(
        "train",
        tokens.flatMap((one) => textsIn(one, "train")),
      ),
      "train/labels": whole(labels),
    },
  })
}
