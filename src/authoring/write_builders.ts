/** Writes `src/authoring/plugins.ts`: a typed builder for every plugin that ships. Run it after a plugin is added or renamed. */
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { shipped } from "../plugin/registry.ts"

/** What the builders must not be called, because the library exports it already. */
const TAKEN = new Set(
  "compare experiment library portability stream train extend use print spec kept range refit shuffled sweep tasksOf compile run".split(
    " ",
  ),
)

/** Columns of a line, as the formatter counts them. */
const WIDTH = 120

/** The text that belongs into the file. A name that two kinds have, or that is taken, ends in its kind. */
export const buildersText = (): string => {
  const all = shipped()
  const lines = all.flatMap(({ kind, name, file }) => {
    const shared = TAKEN.has(name) || all.filter((other) => other.name === name).length > 1
    const path = file.slice(file.indexOf("/plugins/"))
    const alias = shared ? `${name}_${kind}` : name
    const called = `export const ${alias} = builder<typeof ${imported(`../..${path}`)}.default>`
    const line = `${called}("${kind}", "${name}")`
    return line.length <= WIDTH ? line : `${called}(\n  "${kind}",\n  "${name}",\n)`
  })
  return `/** A builder for every plugin that ships. Made by \`node src/authoring/write_builders.ts\`; the types are those of the plugins' schemas. */
${importing("builder", "./declared.ts")}

${lines.join("\n")}
`
}

const imported = (file: string): string => `import(${JSON.stringify(file)})`
const importing = (name: string, file: string): string => `import { ${name} } from ${JSON.stringify(file)}`

export const buildersFile = new URL("./plugins.ts", import.meta.url)

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(buildersFile, buildersText())
