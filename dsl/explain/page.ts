/** The long form of a diagnostic: why it is one, with an example that is wrong and one that is right. Both are run by the tests. */
import type { CheckOptions } from "../index.ts"

/** A spec, with what stands beside it. */
export interface Example {
  readonly spec: string
  /** Files that it imports, by name. */
  readonly files?: Readonly<Record<string, string>>
  /** Flags of the command line. */
  readonly set?: CheckOptions["set"]
  readonly only?: CheckOptions["only"]
  readonly skip?: CheckOptions["skip"]
}

export interface Page {
  /** What went wrong, as a heading. */
  readonly title: string
  /** Paragraphs; code stands between backquotes. */
  readonly text: string
  readonly wrong: string | Example
  readonly right: string | Example
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

/** What the file of an example has besides, in words; nothing where the example is all. */
export const besideOf = ({ given }: Pick<Page, "given">): readonly string[] => {
  const names = [...GIVEN.matchAll(/^\w+ (\w+)/gm)].map(([, name]) => `\`${name}\``)
  return given ? [`The file also declares ${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}.`] : []
}

export const exampleOf = (example: string | Example): Example =>
  typeof example === "string" ? { spec: example } : example

/** The command that an example is about: `l2r run spec.l2r --set low_rank.rank=16`. */
export const commandOf = ({ set = [], only = [], skip = [] }: Example): string | undefined => {
  const flags = Object.entries({ set, only, skip }).flatMap(([flag, all]) => all.map((one) => `--${flag} ${one}`))
  return flags.length === 0 ? undefined : ["l2r run spec.l2r", ...flags].join(" ")
}

/** An example as it is read: its command, its spec, the files beside it. */
export const shownOf = (example: string | Example): string => {
  const { spec, files = {} } = exampleOf(example)
  const command = commandOf(exampleOf(example))
  return [
    ...(command === undefined ? [] : [`# ${command}`]),
    ...(spec === "" ? [] : [spec]),
    ...Object.entries(files).map(([name, text]) => `\n# ${name}\n${text}`),
  ].join("\n")
}
