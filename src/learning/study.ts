/**
 * The figures of language models on test texts. Over texts i with n_i predicted tokens whose surprise is s_i = -sum_t log p(x_t | x_<t):
 *
 *     perplexity  exp(sum s_i / sum n_i)          load, specialisation: `expert_use.ts`
 *
 * Means over seeds. Intervals: S - 1 of S seeds and, within each task, texts are drawn with replacement (`bootstrap.ts`), the same ones
 * for all models; the quantiles are shifted by the bias of the draws, for mutual information grows where texts come twice.
 */
import { below, type Draws, type OpenDraws, shuffled } from "./draws.ts"
import { type Choices, expertLoad, expertShares, sharedInformation, type Weights } from "./expert_use.ts"
import { middle95 } from "./intervals.ts"
import { significant } from "./metrics/definition.ts"
import type { Information, Studied, StudiedFigure, StudiedModel, StudiedPruning } from "./study_results.ts"

/** What one model of one seed said. */
export interface Said extends Choices {
  readonly parameters: number
  readonly gates: readonly { readonly name: string; readonly experts: number }[]
  /** [texts] */
  readonly surprise: Float64Array
  readonly pruned: readonly (Omit<StudiedPruning, "perplexity"> & { readonly surprise: Float64Array })[]
}

export interface StudiedTexts {
  readonly tasks: readonly string[]
  /** Of each text. */
  readonly task: Int32Array
  readonly label: Int32Array
}

const DRAWS = 400
/** So often tasks and classes are dealt out anew. */
const CHANCE = 40

export function studied(
  study: string,
  models: readonly { readonly model: string; readonly seeds: readonly Said[] }[],
  texts: StudiedTexts,
  open: OpenDraws,
): Studied {
  const draws = resamples(texts, models[0].seeds.length, open("texts"))
  const dealt = (groups: Int32Array, what: string) =>
    Array.from({ length: CHANCE }, (_, i) => dealtOut(groups, open(`${what} ${i}`)))
  const chance = { task: dealt(texts.task, "tasks"), label: dealt(texts.label, "classes") }
  return {
    study,
    tasks: texts.tasks,
    texts: texts.task.length,
    models: models.map(({ model, seeds }) => modelOf(model, seeds, texts, draws, chance)),
  }
}

/** How often each text and each seed is drawn. */
interface Draw {
  readonly texts: Weights
  readonly seeds: Int32Array
}

function modelOf(
  model: string,
  seeds: readonly Said[],
  texts: StudiedTexts,
  draws: readonly Draw[],
  chance: Readonly<Record<"task" | "label", readonly Int32Array[]>>,
): StudiedModel {
  const [first] = seeds
  const all = new Int32Array(texts.task.length).fill(1)
  const figure = (of: (said: Said, weights: Weights) => number): StudiedFigure => figureOver(seeds, draws, all, of)
  const inTask = (weights: Weights, task: number) => weights.map((w, i) => (texts.task[i] === task ? w : 0))
  const use = (gates: readonly number[]) => {
    const information = (of: "task" | "label"): Information => ({
      ...figure((said, weights) => mean(gates.map((g) => sharedInformation(said, g, texts[of], weights)))),
      chance: significant(
        mean(
          seeds.flatMap((said) => gates.flatMap((g) => chance[of].map((one) => sharedInformation(said, g, one, all)))),
        ),
      ),
    })
    return {
      load: figure((said, weights) => mean(gates.map((g) => expertLoad(said, g, weights)))),
      task: information("task"),
      label: information("label"),
    }
  }
  return {
    model,
    seeds: seeds.length,
    parameters: first.parameters,
    experts: first.gates.reduce((sum, { experts }) => sum + experts, 0),
    perplexity: figure((said, weights) => perplexity(said.surprise, said.predicted, weights)),
    byTask: texts.tasks.map((_, task) =>
      figure((said, weights) => perplexity(said.surprise, said.predicted, inTask(weights, task))),
    ),
    ...(first.gates.length > 0 ? { use: use([...first.gates.keys()]) } : {}),
    gates: first.gates.map(({ name, experts }, g) => ({
      name,
      experts,
      ...use([g]),
      shares: texts.tasks.map((_, task) =>
        meanVector(seeds.map((said) => expertShares(said, g, inTask(all, task)))).map(significant),
      ),
    })),
    pruned: first.pruned.map(({ surprise: _, ...point }, p) => ({
      ...point,
      perplexity: figure((said, weights) => perplexity(said.pruned[p].surprise, said.predicted, weights)),
    })),
  }
}

const figureOver = (
  seeds: readonly Said[],
  draws: readonly Draw[],
  all: Weights,
  of: (said: Said, weights: Weights) => number,
): StudiedFigure => {
  const over = ({ texts, seeds: times }: Draw) =>
    seeds.reduce((sum, said, s) => sum + (times[s] > 0 ? times[s] * of(said, texts) : 0), 0) /
    times.reduce((a, b) => a + b, 0)
  const value = over({ texts: all, seeds: new Int32Array(seeds.length).fill(1) })
  const values = draws.map(over)
  const bias = mean(values) - value
  const [low, high] = middle95(Float64Array.from(values)).map((bound) => significant(Math.max(0, bound - bias)))
  return { value: significant(value), interval: [low, high] }
}

function perplexity(surprise: Float64Array, predicted: Int32Array, weights: Weights): number {
  let [sum, tokens] = [0, 0]
  for (let i = 0; i < surprise.length; i++) {
    sum += weights[i] * surprise[i]
    tokens += weights[i] * predicted[i]
  }
  return Math.exp(sum / tokens)
}

function resamples({ tasks, task }: StudiedTexts, seeds: number, random: Draws): readonly Draw[] {
  const members = tasks.map((_, t) => Array.from(task.keys()).filter((i) => task[i] === t))
  return Array.from({ length: DRAWS }, () => {
    const times = new Int32Array(seeds)
    for (let n = 0; n < Math.max(1, seeds - 1); n++) times[below(seeds, random)]++
    const weights = new Int32Array(task.length)
    for (const own of members) for (let n = 0; n < own.length; n++) weights[own[below(own.length, random)]]++
    return { texts: weights, seeds: times }
  })
}

const dealtOut = (groups: Int32Array, random: Draws): Int32Array => {
  const order = shuffled(groups.length, random)
  return groups.map((_, i) => groups[order[i]])
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

const meanVector = (vectors: readonly Float64Array[]): readonly number[] =>
  Array.from(vectors[0], (_, i) => mean(vectors.map((vector) => vector[i])))
