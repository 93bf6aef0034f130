/** A study of language models: perplexities, use of the experts by gate and task, and size against perplexity when some are pruned. */
import type { Information, Studied, StudiedFigure, StudiedModel } from "../../../learning/study_results.ts"
import { count, fixed, interval } from "../../number_text.ts"
import { extentOf, PRUNED_NOTE, prunedPoints, STUDY_NOTE, USE_NOTE } from "../../study_words.ts"
import { type Axis, axisOf, share } from "../axis.ts"
import { heatPanels } from "../heat_table.ts"
import { html, type Markup } from "../markup.ts"
import { figure, scroll } from "../parts.ts"

export function studySection(studied: Studied, index: number): Markup {
  const { study, tasks, models } = studied
  return html`<section><h2 id="study-${index + 1}"><bdi>${study}</bdi></h2>
<p class="muted">${extentOf(studied)}.</p>
<h3>Perplexity</h3>
${figure(STUDY_NOTE, scroll("Perplexity of every model", perplexities(tasks, models)))}${useSection(models)}${gatesSection(tasks, models)}${prunedSection(models)}</section>
`
}

const shown = ({ value, interval: range }: StudiedFigure, digits: number): Markup =>
  html`${fixed(value, digits)} <span class="ci">${interval(range, digits)}</span>`

const perplexities = (
  tasks: readonly string[],
  models: readonly StudiedModel[],
): Markup => html`<table class="wide"><thead><tr><th scope="col">Model</th><th scope="col" class="n">Parameters</th><th scope="col" class="n">Experts</th><th scope="col" class="n">Perplexity</th>${tasks.map((task) => html`<th scope="col" class="n"><bdi>${task}</bdi></th>`)}</tr></thead>
<tbody>${models.map(
  ({ model, parameters, experts, perplexity, byTask }) =>
    html`<tr><th scope="row"><bdi>${model}</bdi></th><td class="n">${count(parameters)}</td><td class="n">${experts}</td><td class="n">${shown(perplexity, 1)}</td>${byTask.map((one) => html`<td class="n">${shown(one, 1)}</td>`)}</tr>
`,
)}</tbody></table>`

const information = (one: Information): Markup =>
  html`${shown(one, 3)} <span class="ci">(${fixed(one.chance, 3)})</span>`

const useSection = (models: readonly StudiedModel[]): Markup => {
  const used = models.flatMap(({ model, use }) => (use ? [{ model, use }] : []))
  if (used.length === 0) return html``
  const table = html`<table><thead><tr><th scope="col">Model</th><th scope="col" class="n">Load</th><th scope="col" class="n">Of a task</th><th scope="col" class="n">Of a class</th></tr></thead>
<tbody>${used.map(
    ({ model, use }) =>
      html`<tr><th scope="row"><bdi>${model}</bdi></th><td class="n">${shown(use.load, 2)}</td><td class="n">${information(use.task)}</td><td class="n">${information(use.label)}</td></tr>
`,
  )}</tbody></table>`
  return html`<h3>Experts</h3>
${figure(USE_NOTE, scroll("Use of the experts", table))}`
}

/** By gate and task: the share of each expert. */
const gatesSection = (tasks: readonly string[], models: readonly StudiedModel[]): Markup => {
  const with_ = models.filter(({ gates }) => gates.length > 0)
  if (with_.length === 0) return html``
  return html`<h3>Experts by gate</h3>
<p class="note">Share of each expert in the choices of a task's tokens, in percent, and what expert and task share in nats. Attention experts first, then those of the feed-forward layers, of each block.</p>
${with_.map(({ model, gates }) => {
  const panels = gates.map(({ name, experts, shares, load, task }) => ({
    caption: html`<bdi>${name}</bdi> <span class="of">load ${fixed(load.value, 2)}, of a task ${fixed(task.value, 3)} (${fixed(task.chance, 3)})</span>`,
    corner: "task",
    columns: Array.from({ length: experts }, (_, e) => html`<th scope="col">${e + 1}</th>`),
    rows: shares.map((row, t) => ({ name: html`<bdi>${tasks[t]}</bdi>`, values: row.map((value) => 100 * value) })),
    range: [0, 100] as const,
    digits: 0,
  }))
  const shown = heatPanels(panels, HEAT_CELLS / with_.length, `Experts of ${model} by task`)
  return html`<details><summary><bdi>${model}</bdi></summary>${shown}</details>`
})}`
}

/** Cells of heat maps of a study, so that the page stays small. */
const HEAT_CELLS = 12_000

const WIDTH = 260
const HEIGHT = 150
const [LEFT, RIGHT, TOP, BOTTOM] = [38, 12, 8, 22]

const prunedSection = (models: readonly StudiedModel[]): Markup => {
  const curves = models.flatMap((model) => {
    const pairs = prunedPoints(model)
    return pairs.length === 0 ? [] : [{ model, pairs }]
  })
  if (curves.length === 0) return html``
  const whole = (model: StudiedModel) => ({ parameters: model.parameters, perplexity: model.perplexity.value })
  const lines = curves.map(({ model, pairs }) => ({
    model,
    activation: [
      whole(model),
      ...pairs.map(({ point }) => ({ parameters: point.parameters, perplexity: point.perplexity.value })),
    ],
    chance: [
      whole(model),
      ...pairs.flatMap(({ chance }) =>
        chance ? [{ parameters: chance.parameters, perplexity: chance.perplexity.value }] : [],
      ),
    ],
  }))
  const every = lines.flatMap(({ activation, chance }) => [...activation, ...chance])
  const [size, height] = [axisOf(every.map((one) => one.parameters)), axisOf(every.map((one) => one.perplexity))]
  const caption = html`${PRUNED_NOTE} Parameters against perplexity: <span class="key"></span> by activation, <span class="key grey"></span> by chance.`
  const panels = html`<ul class="panels">${lines.map(
    ({ model, activation, chance }) =>
      html`<li><p class="panel-title"><bdi>${model.model}</bdi></p>${panel(size, height, activation, chance, model.model)}</li>
`,
  )}</ul>`
  const table = html`<table><thead><tr><th scope="col">Model</th><th scope="col" class="n">Dropped</th><th scope="col" class="n">Chosen at most</th><th scope="col" class="n">Experts</th><th scope="col" class="n">Parameters</th><th scope="col" class="n">Perplexity</th><th scope="col" class="n">By chance</th></tr></thead>
<tbody>${curves.flatMap(({ model, pairs }) =>
    pairs.map(
      ({ point, chance }) =>
        html`<tr><th scope="row"><bdi>${model.model}</bdi></th><td class="n">${fixed(100 * point.share, 0)} %</td><td class="n">${fixed(100 * (point.threshold ?? 0), 1)} %</td><td class="n">${point.experts}</td><td class="n">${count(point.parameters)}</td><td class="n">${shown(point.perplexity, 1)}</td><td class="n">${chance ? shown(chance.perplexity, 1) : "–"}</td></tr>
`,
    ),
  )}</tbody></table>`
  return html`<h3>Pruned</h3>
${figure(caption, html`${panels}${scroll("Size and perplexity", table)}`)}`
}

interface Sized {
  readonly parameters: number
  readonly perplexity: number
}

const panel = (
  size: Axis,
  height: Axis,
  activation: readonly Sized[],
  chance: readonly Sized[],
  name: string,
): Markup => {
  const x = (value: number) => Number((LEFT + (WIDTH - LEFT - RIGHT) * share(size, value)).toFixed(1))
  const y = (value: number) => Number((TOP + (HEIGHT - TOP - BOTTOM) * (1 - share(height, value))).toFixed(1))
  const line = (points: readonly Sized[], look: string) =>
    html`<polyline class="line ${look}" points="${points.map((one) => `${x(one.parameters)},${y(one.perplexity)}`).join(" ")}"/>${points.map((one) => html`<circle class="dot ${look}" cx="${x(one.parameters)}" cy="${y(one.perplexity)}" r="2.6"/>`)}`
  const [first, last] = [activation[0], activation[activation.length - 1]]
  const label = `${name}: perplexity ${fixed(first.perplexity)} with ${count(first.parameters)} parameters, ${fixed(last.perplexity)} with ${count(last.parameters)}`
  return html`<svg class="curve" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">${height.ticks.map(
    (tick) =>
      html`<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(tick)}" y2="${y(tick)}"/><text x="${LEFT - 5}" y="${y(tick) + 4}" text-anchor="end">${tick}</text>`,
  )}${size.ticks.filter((_, i) => i % 2 === 0).map((tick) => html`<text x="${x(tick)}" y="${HEIGHT - 4}" text-anchor="middle">${count(tick)}</text>`)}${line(chance, "bound")}${line(activation, "router")}</svg>`
}
