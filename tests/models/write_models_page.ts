/**
 * Writes `docs/models.md`: which adapters train on which families under which heads, each cell tried:
 *
 *   node tests/models/write_models_page.ts [--only HEAD]
 */
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { adapterFor, adapterNames, MEMBERS } from "./adapters.ts"
import { HEADS, type Head, NETWORKS, networkFor } from "./networks.ts"
import { type Outcome, tried } from "./trial.ts"

export const modelsPageFile = new URL("../../docs/models.md", import.meta.url)

const INTRODUCTION = `# Families, adapters, heads

Each cell was tried on a tiny random network of the family, the adapter with its defaults: **trained** means that the
gradients in float32 are those of plain float64 and that a few steps of AdamW lower the loss; **loads**, that it is
computed, but one of these failed; **no site**, that the family has nothing where the adapter attaches by default. A
number refers to the error below the table. \`stack\` is one of \`${MEMBERS[0]}\` and \`${MEMBERS[1]}\`.
Heads of classes read the mean over the tokens, the first ([CLS]) or the last one; \`next token\` is causal language
modelling, \`answers\` sequence to sequence: what \`head: text\` of a stream trains (text_to_text.md).

This page is made by \`node tests/models/write_models_page.ts\`; the suite tries every cell again.
`

export const section = (head: Head, cells: readonly (readonly Outcome[])[]): string => {
  const reasons: string[] = []
  const numberOf = (why: string): number => {
    if (!reasons.includes(why)) reasons.push(why)
    return reasons.indexOf(why) + 1
  }
  const shown = (cell: Outcome): string => ("why" in cell ? `${cell.kind} (${numberOf(cell.why)})` : cell.kind)
  const rows = NETWORKS.map(([title, plugin], i) => {
    const row = cells[i].map((cell) =>
      shown("why" in cell ? { ...cell, why: cell.why.replace(`backbone ${plugin} `, "backbone ") } : cell),
    )
    return `| ${title} | ${row.join(" | ")} |`
  })
  return [
    `## ${head[0].toUpperCase()}${head.slice(1)}`,
    "",
    `| family | ${adapterNames()
      .map((name) => `\`${name}\``)
      .join(" | ")} |`,
    `|---|${adapterNames()
      .map(() => "---|")
      .join("")}`,
    ...rows,
    ...(reasons.length > 0 ? ["", ...reasons.map((why, i) => `${i + 1}. ${why.replaceAll(/\s+/g, " ")}`)] : []),
    "",
  ].join("\n")
}

/** One head's section, every cell tried; `told` hears of each row. */
export const triedSection = async (head: Head, told: (row: string) => void = () => {}): Promise<string> => {
  const adapters = await Promise.all(adapterNames().map(adapterFor))
  const cells: Outcome[][] = []
  for (const [title, plugin, location] of NETWORKS) {
    const row: Outcome[] = []
    for (const adapter of adapters) row.push(await tried(() => networkFor(plugin, location, head), adapter, head))
    told(`${head}, ${title}: ${row.map(({ kind }) => kind).join(", ")}`)
    cells.push(row)
  }
  return section(head, cells)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values: flags } = parseArgs({ options: { only: { type: "string" } } })
  const sections: string[] = []
  for (const head of HEADS.filter((one) => flags.only === undefined || one === flags.only))
    sections.push(await triedSection(head, (row) => process.stderr.write(`${row}\n`)))
  if (flags.only) process.stdout.write(sections.join("\n"))
  else writeFileSync(modelsPageFile, [INTRODUCTION, ...sections].join("\n"))
}
