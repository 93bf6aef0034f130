/** The step that joins the predictions of all rows of a cell with tasks and labels. */
import type { StepBuilder } from "./builder.ts"
import { seconds } from "./estimates.ts"
import { lookingAhead } from "./looking_ahead.ts"
import type { PlannedRow } from "./rows/row.ts"
import type { Json } from "./step.ts"
import type { PlannedStream } from "./stream.ts"

export const planScores = (
  builder: StepBuilder,
  stream: PlannedStream,
  where: { readonly experiment: string; readonly adapter: string; readonly order: string },
  rows: readonly PlannedRow[],
  single: readonly string[],
): string => {
  const evaluations = [...new Set(rows.flatMap(({ stages }) => stages.map(({ evaluation }) => evaluation)))]
  const fits = [...new Set(rows.flatMap((row) => row.fits))]
  return builder.add({
    kind: "scores",
    label: `scores of ${where.experiment} · ${where.adapter}${where.order === "written" ? "" : ` · ${where.order}`}`,
    options: {
      ...where,
      ...(stream.scenario === "class_incremental" ? {} : { scenario: stream.scenario }),
      ...(stream.sequence ? { sequence: stream.sequence } : {}),
      ...(stream.answers ? { answers: stream.answers } : {}),
      rows: rows.map(({ stages, fits: own, charged: _c, ...row }) => ({
        ...row,
        stages: stages.map(({ stage, evaluation }) => ({
          index: stage,
          evaluation: evaluations.indexOf(evaluation),
          ...lookingAhead(stream, stage, row.knowsTask),
        })),
        fits: own.map((key) => fits.indexOf(key)),
        stepKeys: [...new Set(stages.flatMap((one) => [...one.fits, one.evaluation]))],
      })),
    } as unknown as Json,
    inputs: {
      truth: stream.truth,
      blind: stream.blind,
      evaluations,
      fits,
      single: single.slice(0, 1),
      ...(stream.answers ? { tokens: stream.tokens } : {}),
    },
    seconds: seconds.scores,
    bytes: 5e6,
  })
}
