/** What `l2r init` asks at a terminal. */
import { createInterface } from "node:readline/promises"
import { templates } from "./templates.ts"

export interface Choice {
  readonly folder: string
  readonly template: string
}

/** Asks for what is not given; an empty answer is the first template, or this folder. */
export const asked = async (
  given: Partial<Choice>,
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
): Promise<Choice> => {
  const lines = createInterface({ input, output })
  try {
    return {
      template: given.template ?? (await templateOf((question) => lines.question(question))),
      folder: given.folder ?? ((await lines.question("In which folder? [.] ")).trim() || "."),
    }
  } finally {
    lines.close()
  }
}

const templateOf = async (ask: (question: string) => Promise<string>): Promise<string> => {
  const names = Object.keys(templates)
  const list = names.map((name, index) => `  ${index + 1}  ${name.padEnd(9)}${templates[name].about}\n`).join("")
  for (let question = `What shall be written?\n${list}[1] `; ; ) {
    const answer = (await ask(question)).trim()
    if (answer === "") return names[0]
    const name = names[Number(answer) - 1] ?? answer
    if (Object.hasOwn(templates, name)) return name
    question = `A number from 1 to ${names.length}, or a name: `
  }
}
