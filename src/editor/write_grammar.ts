/** Writes the TextMate grammar for editors: `node src/editor/write_grammar.ts`. */
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { textmateGrammar } from "../../dsl/editor/textmate.ts"

export const grammarFile = fileURLToPath(new URL("../../editors/vscode/syntaxes/l2r.tmLanguage.json", import.meta.url))
export const grammarText = `${JSON.stringify(textmateGrammar, null, 2)}\n`

if (import.meta.main) writeFileSync(grammarFile, grammarText)
