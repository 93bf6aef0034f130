/** The `language` line: a file in this language is read; of one in another only the names are taken, and that is said. */

import { diagnose } from "../diagnostics/catalogue.ts"
import type { Report } from "../diagnostics/diagnostic.ts"
import type { FileNode } from "./ast.ts"
import { current, type Dialect } from "./dialect.ts"
import { parse } from "./parse.ts"

export const parseInLanguage = (text: string, file: string, report: Report, dialect: Dialect = current): FileNode => {
  const problems: Parameters<Report>[0][] = []
  const tree = parse(text, file, (diagnostic) => problems.push(diagnostic), dialect)
  const { version, at } = versionOf(tree)
  if (version !== dialect.version && Number.isInteger(version) && version >= 1) {
    const code = version > dialect.version ? "L2R0201" : "L2R0217"
    report(diagnose(code, at, { version, current: dialect.version }))
    return { ...tree, usesBroken: true, uses: [], imports: [], declarations: tree.declarations.map(unread) }
  }
  for (const problem of problems) report(problem)
  checkLines(tree, report)
  return tree
}

/** A file that does not say its language is in the first. */
export const versionOf = ({ file, languages }: FileNode) => ({
  version: languages[0]?.version ?? 1,
  at: languages[0]?.span ?? { file, start: 0, end: 0 },
})

const unread = (node: FileNode["declarations"][number]): FileNode["declarations"][number] => ({
  ...node,
  settings: [],
  comparisons: [],
  headerBroken: true,
  bodyBroken: true,
})

const checkLines = ({ file, languages, declarations, uses }: FileNode, report: Report): void => {
  languages.forEach(({ version, span, first }, index) => {
    if (index > 0)
      report(diagnose("L2R0203", span, {}, { related: [{ span: languages[0].span, message: "said here" }] }))
    else if (!Number.isInteger(version) || version < 1) report(diagnose("L2R0210", span, {}))
    else if (!first) report(diagnose("L2R0211", span, {}))
  })
  if (languages.length === 0 && declarations.length + uses.length > 0)
    report(diagnose("L2R0202", { file, start: 0, end: 0 }, {}))
}
