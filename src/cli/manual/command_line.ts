/** The verbs and their flags, from their own tables. */
import type { Verb } from "../verb.ts"

export const commandLine = (verbs: Readonly<Record<string, Verb>>): string =>
  ["## The command line", ...Object.entries(verbs).map(([name, verb]) => section(name, verb))].join("\n\n")

const section = (name: string, { summary, usage, flags }: Verb): string => {
  const rows = Object.entries(flags).map(([flag, { type, what, default: standard }]) => {
    const written = `\`--${flag}${type === "string" ? " VALUE" : ""}\``
    return `| ${cell(written)} | ${cell(what)} | ${standard === undefined ? "" : cell(`\`${standard}\``)} |`
  })
  return [
    `### l2r ${name}`,
    `${summary.replace(/^./, (letter) => letter.toUpperCase())}.`,
    `\`\`\`\nl2r ${usage}\n\`\`\``,
    ...(rows.length === 0 ? [] : [["| flag | | by default |", "|---|---|---|", ...rows].join("\n")]),
  ].join("\n\n")
}

const cell = (text: string): string => text.replaceAll("|", "\\|")
