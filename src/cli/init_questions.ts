/** What `l2r init` asks at a terminal. */
import { createInterface } from "node:readline/promises"
import { templates } from "./templates.ts"

export interface Choice {
  readonly folder: string
  readonly template: string
}

/**
 * Asks for what is not given; an empty answer is the first template, or this folder. Nothing where the person leaves
 * (Ctrl-C, Ctrl-D) in place of an answer.
 */
export const asked = async (
  given: Partial<Choice>,
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
): Promise<Choice | undefined> => {
  const lines = createInterface({ input, output })
  // The runtimes differ in what becomes of a question that is left: it fails, or it stays open.
  const left = new Promise<undefined>((resolve) => {
    lines.once("close", () => resolve(undefined))
    lines.once("SIGINT", () => resolve(undefined))
  })
  const answers = async (): Promise<Choice> => ({
    template: given.template ?? (await templateOf((question) => lines.question(question))),
    folder: given.folder ?? ((await lines.question("In which folder? [.] ")).trim() || "."),
  })
  try {
    return await Promise.race([left, answers().catch((error) => unlessLeft(error, left))])
  } finally {
    lines.close()
  }
}

const unlessLeft = async (error: Error, left: Promise<undefined>): Promise<undefined> => {
  if (error.name !== "AbortError") throw error
  return left
}

const templateOf = async (ask: (question: string) => Promise<string>): Promise<string> => {
  const names = Object.keys(templates)
  const width = Math.max(...names.map((name) => name.length)) + 2
  const list = names.map((name, index) => `  ${index + 1}  ${name.padEnd(width)}${templates[name].about}\n`).join("")
  for (let question = `What shall be written?\n${list}[1] `; ; ) {
    const answer = (await ask(question)).trim()
    if (answer === "") return names[0]
    const name = names[Number(answer) - 1] ?? answer
    if (Object.hasOwn(templates, name)) return name
    question = `A number from 1 to ${names.length}, or a name: `
  }
}
