/** A study on a terminal: perplexities, use of experts, and what is left when some are pruned. */
import type { Information, Studied, StudiedFigure } from "../learning/study_results.ts"
import { count, fixed, interval } from "./number_text.ts"
import { plainTable } from "./plain_table.ts"
import { extentOf, PRUNED_NOTE, prunedPoints, STUDY_NOTE, USE_NOTE } from "./study_words.ts"
import { ink, oneLine, signs, type Terminal } from "./terminal.ts"
import { cut, wrapped } from "./text_width.ts"

export function studyBlock(studied: Studied, terminal: Terminal): string {
  const { study, tasks, models } = studied
  const name = (text: string) => cut(oneLine(text), 24, signs(terminal, "\u2026"))
  const figure = ({ value, interval: range }: StudiedFigure, digits = 1) =>
    `${fixed(value, digits)} ${interval(range, digits)}`
  const numbers = (columns: number) => Array.from({ length: columns }, (_, i) => i + 1)
  const notes = (text: string) => wrapped(text, terminal.columns).map((line) => ink(terminal, "dim", line))
  const perplexities = plainTable(
    ["Model", "Parameters", "Experts", "Perplexity", ...tasks.map(name)],
    models.map(({ model, parameters, experts, perplexity, byTask }) => [
      name(model),
      count(parameters),
      String(experts),
      figure(perplexity),
      ...byTask.map(({ value }) => fixed(value)),
    ]),
    terminal,
    numbers(3 + tasks.length),
  )
  const used = models.flatMap(({ model, use }) => (use ? [{ model, use }] : []))
  const information = (one: Information) => `${figure(one, 3)} (${fixed(one.chance, 3)})`
  const uses = plainTable(
    ["Model", "Load", "Of a task", "Of a class"],
    used.map(({ model, use }) => [name(model), figure(use.load, 2), information(use.task), information(use.label)]),
    terminal,
    numbers(3),
  )
  const points = models.flatMap((model) => prunedPoints(model).map((pair) => ({ model: model.model, ...pair })))
  const pruned = plainTable(
    ["Model", "Dropped", "Chosen at most", "Experts", "Parameters", "Perplexity", "By chance"],
    points.map(({ model, point, chance }) => [
      name(model),
      `${fixed(100 * point.share, 0)} %`,
      `${fixed(100 * (point.threshold ?? 0))} %`,
      String(point.experts),
      count(point.parameters),
      figure(point.perplexity),
      chance ? figure(chance.perplexity) : signs(terminal, "\u2013"),
    ]),
    terminal,
    numbers(6),
  )
  const head = ink(terminal, "bold", `${oneLine(study)}: ${extentOf(studied)}`)
  return [
    [head, "", ...perplexities, "", ...notes(STUDY_NOTE)],
    ...(used.length > 0 ? [["", ink(terminal, "bold", "Experts"), "", ...uses, "", ...notes(USE_NOTE)]] : []),
    ...(points.length > 0 ? [["", ink(terminal, "bold", "Pruned"), "", ...pruned, "", ...notes(PRUNED_NOTE)]] : []),
  ]
    .flat()
    .join("\n")
}
