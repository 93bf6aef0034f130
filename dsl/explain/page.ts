/** The long form of a diagnostic: why it is one, with an example that is wrong and one that is right. Both are run by the tests. */

export interface Page {
  /** What went wrong, as a heading. */
  readonly title: string
  /** Paragraphs; code stands between backquotes. */
  readonly text: string
  readonly wrong: string
  readonly right: string
  /** The examples stand in a file that has the declarations of `GIVEN` too. */
  readonly given?: true
}

export type Pages = Readonly<Record<string, Page>>

/** What examples of one line need around them. */
export const GIVEN = `
backbone encoder = bert "gloss-mini"
data glosses = wordnet
stream topics { tasks: glosses[living, things, mind] }
memory few = random { per_class: 5 }
adapter low_rank = lora { rank: 8 }
adapter narrow = bottleneck { reduction: 16 }
train brief { epochs: 3 }
router learnt = l2r { memory: few }
router nearest = similarity { memory: few }
`

/** An example as a whole file. */
export const wholeOf = (example: string, { given }: Page): string => `${example}\n${given ? GIVEN : ""}`
