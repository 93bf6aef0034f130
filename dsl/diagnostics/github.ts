/** Diagnostics as GitHub's workflow commands, which mark the lines of a pull request (`--format github`). */
import type { Diagnostic, Severity } from "./diagnostic.ts"
import { flagAt, isFlag } from "./flags.ts"
import { type Texts, textsOf } from "./lines.ts"

const COMMANDS: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", hint: "notice" }

/** One command a line: `::error file=spec.l2r,line=3,col=27,endLine=3,endColumn=31,title=L2R0401::...`. */
export const toGithub = (diagnostics: readonly Diagnostic[], texts: Texts): string => {
  const sourceOf = textsOf(texts)
  return diagnostics
    .map(({ code, severity, message, help, span }) => {
      const { text, lines } = sourceOf(span.file)
      const [from, to] = [lines.at(span.start), lines.at(span.end)]
      const said = help === undefined ? message : `${message}\n${help}`
      if (isFlag(span.file))
        return `::${COMMANDS[severity]} title=${code}::${data(`${span.file} ${flagAt(text, from.line)}: ${said}`)}\n`
      const place = { file: span.file, line: from.line, col: from.column, endLine: to.line, endColumn: to.column }
      const properties = Object.entries({ ...place, title: code }).map(([name, value]) => `${name}=${property(value)}`)
      return `::${COMMANDS[severity]} ${properties.join(",")}::${data(said)}\n`
    })
    .join("")
}

/** The characters that would end a command or a property. */
const data = (text: string): string => text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A")
const property = (value: string | number): string => data(String(value)).replaceAll(":", "%3A").replaceAll(",", "%2C")
