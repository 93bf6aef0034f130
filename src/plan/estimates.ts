/** Rough seconds of a step on one core with the shipped backbone; for the schedule, the plan's listing and the time left. */
export const seconds = {
  dataset: 0.4,
  tokens: 0.3,
  mixed: 0.05,
  module: 14,
  encode: 6,
  fit: 7,
  head: 0.6,
  write: 20,
  evaluate: 0.1,
  scores: 4,
} as const
