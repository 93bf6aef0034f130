/** The manual's Markdown as one HTML page: headings, paragraphs, lists, tables, code, links. */

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")

/** `code`, **bold** and [links](to) within a line. */
const inline = (text: string): string =>
  text
    .split(/(`+[^`]*`+)/)
    .map((part, index) =>
      index % 2 === 1
        ? `<code>${escaped(part.replace(/^`+|`+$/g, ""))}</code>`
        : escaped(part)
            .replaceAll("\\|", "|")
            .replace(/\*\*([^*]+)\*\*/g, "<strong>$1</strong>")
            .replace(/\[([^\]]+)\]\(([^)\s]+)\)/g, '<a href="$2">$1</a>'),
    )
    .join("")

const cells = (row: string): readonly string[] =>
  row
    .replace(/^\||\|$/g, "")
    .split(/(?<!\\)\|/)
    .map((cell) => inline(cell.trim().replaceAll("\\|", "|")))

const table = ([head, , ...rows]: readonly string[]): string => {
  const line = (row: string, tag: string) =>
    `<tr>${cells(row)
      .map((cell) => `<${tag}>${cell}</${tag}>`)
      .join("")}</tr>`
  return `<table>\n${line(head, "th")}\n${rows.map((row) => line(row, "td")).join("\n")}\n</table>`
}

/** Items begin with `- `; other lines go on with the item above. */
const list = (lines: readonly string[]): string => {
  const items: string[] = []
  for (const line of lines) {
    if (line.startsWith("- ")) items.push(line.slice(2))
    else items[items.length - 1] += ` ${line.trim()}`
  }
  return `<ul>\n${items.map((item) => `<li>${inline(item)}</li>`).join("\n")}\n</ul>`
}

interface Heading {
  readonly level: number
  readonly text: string
  readonly id: string
}

export const html = (markdown: string, title: string): string => {
  const headings: Heading[] = []
  const body = blocksOf(markdown).map((block) => blockHtml(block, headings))
  const contents = headings
    .filter(({ level }) => level === 2 || level === 3)
    .map(({ level, text, id }) => `<li class="level${level}"><a href="#${id}">${inline(text)}</a></li>`)
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
<nav><ul>
${contents.join("\n")}
</ul></nav>
<main>
${body.join("\n")}
</main>
</html>
`
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; display: grid; grid-template-columns: minmax(14rem, 20rem) minmax(0, 60rem); gap: 2rem; }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; font-size: .85rem; padding: 1rem; box-sizing: border-box; }
nav ul { list-style: none; margin: 0; padding: 0; } nav .level3 { padding-left: 1rem; }
main { padding: 1rem 1.5rem 4rem; }
pre { overflow: auto; padding: .75rem 1rem; border: 1px solid #8884; border-radius: .4rem; line-height: 1.4; }
code { font: .875em/1.4 ui-monospace, monospace; }
table { border-collapse: collapse; } th, td { border: 1px solid #8884; padding: .25rem .6rem; text-align: left; vertical-align: top; }
@media (max-width: 50rem) { body { display: block; } nav { position: static; height: auto; } }
@media print { nav { display: none; } body { display: block; } }
`

/** Blocks are separated by empty lines; a fenced one is whole. */
const blocksOf = (markdown: string): readonly string[] =>
  markdown
    .split(/^(```[\s\S]*?^```)$/m)
    .flatMap((part, index) => (index % 2 === 1 ? [part] : part.split(/\n{2,}/)))
    .map((block) => block.replace(/^\n+|\n+$/g, ""))
    .filter((block) => block !== "")

const blockHtml = (block: string, headings: Heading[]): string => {
  if (block.startsWith("```")) return `<pre><code>${escaped(block.replace(/^```\w*\n?|\n?```$/g, ""))}</code></pre>`
  const lines = block.split("\n")
  const [, signs, text] = /^(#+) (.*)$/.exec(lines[0]) ?? []
  if (signs) {
    const heading = { level: signs.length, text, id: freeId(text, headings) }
    headings.push(heading)
    const rest = lines.slice(1).join("\n")
    const made = `<h${heading.level} id="${heading.id}">${inline(text)}</h${heading.level}>`
    return rest === "" ? made : `${made}\n${blockHtml(rest, headings)}`
  }
  if (lines[0].startsWith("|")) return table(lines)
  const at = lines.findIndex((line) => line.startsWith("- "))
  if (at === 0) return list(lines)
  if (at > 0) return `${blockHtml(lines.slice(0, at).join("\n"), headings)}\n${list(lines.slice(at))}`
  return `<p>${inline(lines.join(" "))}</p>`
}

const freeId = (text: string, headings: readonly Heading[]): string => {
  const id =
    text
      .toLowerCase()
      .replaceAll(/[^\w]+/g, "-")
      .replace(/^-|-$/g, "") || "part"
  const taken = new Set(headings.map((heading) => heading.id))
  for (let next = id, number = 2; ; next = `${id}-${number++}`) if (!taken.has(next)) return next
}
