/** Reads and checks a spec for a verb: diagnostics go to standard error; without a sound spec there is nothing to go on with. */
import { render, type Spec, summary } from "../../dsl/index.ts"
import { checkSource, readSource, type Source } from "../source.ts"

export const checkedSpec = async (file: string): Promise<{ readonly source: Source; readonly spec?: Spec }> => {
  const source = readSource(file)
  const { spec, diagnostics } = await checkSource(source)
  const problems = diagnostics.filter(({ severity }) => severity !== "hint")
  if (problems.length > 0)
    process.stderr.write(
      `${render(problems, source.text, { color: process.stderr.isTTY === true && !process.env.NO_COLOR })}\n${summary(problems)} in ${file}\n`,
    )
  return spec ? { source, spec } : { source }
}

/** A problem that only the plan could find, shown at its place in the spec. */
export const atPlace = (error: unknown, { text }: Source): unknown => {
  const { span, message, help } = error as {
    span?: { file: string; start: number; end: number }
    message: string
    help: string
  }
  if (!span) return error
  process.stderr.write(
    `${render([{ code: "L2R0600", severity: "error", message, help, span }], text, { color: process.stderr.isTTY === true && !process.env.NO_COLOR })}\n`,
  )
  return undefined
}
