/** HTML by tagged templates that escape every value: only markup made by the same tag goes in unescaped. */

/** Text that is HTML already. Made by `html` and `trusted` alone. */
export class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export type Content = string | number | undefined | Markup | readonly Content[]

/** `html\`<p title="${name}">${text}</p>\``. Values in attributes must stand in double quotes. Undefined is nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(strings.map((string, i) => string + (i < values.length ? render(values[i]) : "")).join(""))
}

/** Only for constants of this program, such as the style sheet. */
export const trusted = (text: string): Markup => new Markup(text)

function render(value: Content): string {
  if (value === undefined) return ""
  if (value instanceof Markup) return value.text
  if (typeof value === "string") return escaped(value)
  if (typeof value === "number") return String(value)
  return value.map(render).join("")
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
}

/** Control characters other than tab and line ends, and halves of surrogate pairs, are shown as U+FFFD. */
export function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g, "\ufffd")
    .replace(/[&<>"']/g, (sign) => ENTITIES[sign])
}
