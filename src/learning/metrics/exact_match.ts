/**
 * Whether a text is its reference, lower case, ASCII punctuation and white space aside; articles count. So
 * Super-NaturalInstructions (Wang et al. 2022) compares answers.
 */
import type { MetricDefinition } from "./definition.ts"

export const exactMatchDefinition: MetricDefinition = {
  name: "exact_match",
  version: 1,
  unit: "percent",
  formula: "share of texts that are their reference in lower case, without punctuation, with single spaces",
  reference: "Wang et al. 2022, arXiv 2204.07705",
}

export const exactMatch = (text: string, reference: string): boolean => plain(text) === plain(reference)

const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[!-/:-@[-`{-~]/g, "")
    .split(/\s+/)
    .filter((word) => word !== "")
    .join(" ")
