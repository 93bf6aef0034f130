/**
 * A session of someone who writes a spec with completions alone. Each line of a recording is a step:
 *
 *     accept LABEL     takes a completion that is offered where the cursor is; it fails where none has that label
 *     tab              on to the next place that a completion has left open
 *     enter            a new line below this one, as deep
 *     down             a new line at the end, outside of all blocks
 *     type TEXT        no more than `,` or a space, which is written `·`
 */
import assert from "node:assert/strict"
import { placesIn, type TextRange } from "../../src/editor/text.ts"
import type { Client } from "./client.ts"

export interface Step {
  readonly what: string
  readonly rest: string
}

export const stepsOf = (recording: string): readonly Step[] =>
  recording.split("\n").flatMap((line) => {
    const [, what, rest] = /^(accept|tab|enter|down|type)(?: (.*))?$/.exec(line) ?? []
    if (!what) assert.ok(line === "" || line.startsWith("#"), `no step: ${line}`)
    return what ? [{ what, rest: (rest ?? "").replaceAll("·", " ") }] : []
  })

interface Item {
  readonly label: string
  readonly textEdit: { readonly range: TextRange; readonly newText: string }
}

export class Session {
  readonly #client: Client
  readonly #uri: string
  #cursor = 0
  /** Places that are still to be filled, the next one first. */
  #stops: number[] = []

  constructor(client: Client, uri: string) {
    this.#client = client
    this.#uri = uri
  }

  get text(): string {
    return this.#client.text(this.#uri)
  }

  async take({ what, rest }: Step): Promise<void> {
    if (what === "accept") return this.#accept(rest)
    if (what === "tab") {
      const next = this.#stops.shift()
      assert.ok(next !== undefined, "there is no place to go on to")
      this.#cursor = next
      return
    }
    if (what === "type") {
      assert.match(rest, /^[, ]*$/)
      return this.#put(this.#cursor, this.#cursor, rest)
    }
    const end = what === "down" ? this.text.length : this.#endOfLine()
    const indent =
      what === "down" ? "" : (/^[ \t]*/.exec(this.text.slice(this.text.lastIndexOf("\n", end - 1) + 1))?.[0] ?? "")
    if (what === "down") this.#stops = []
    this.#put(end, end, `\n${indent}`)
  }

  async #accept(label: string): Promise<void> {
    const { items } = await this.#client.request("textDocument/completion", this.#client.at(this.#uri, this.#cursor))
    const item = (items as Item[]).find((each) => each.label === label)
    assert.ok(
      item,
      `"${label}" is not offered after\n${this.text.slice(0, this.#cursor)}|\nbut: ${items.map((each: Item) => each.label).join(", ")}`,
    )
    const { offsetAt } = placesIn(this.text)
    const [start, end] = [offsetAt(item.textEdit.range.start), offsetAt(item.textEdit.range.end)]
    const line = this.text.slice(this.text.lastIndexOf("\n", start - 1) + 1, start)
    const { text, stops } = expanded(item.textEdit.newText.replaceAll("\n", `\n${/^[ \t]*/.exec(line)![0]}`))
    this.#put(start, end, text)
    this.#stops.unshift(...stops.map((stop) => start + stop))
    if (stops.length > 0) this.#cursor = this.#stops.shift()!
  }

  #endOfLine(): number {
    const end = this.text.indexOf("\n", this.#cursor)
    return end < 0 ? this.text.length : end
  }

  #put(start: number, end: number, text: string): void {
    const { positionAt } = placesIn(this.text)
    this.#client.edit(this.#uri, { range: { start: positionAt(start), end: positionAt(end) }, text })
    this.#stops = this.#stops.map((stop) => (stop >= end ? stop + text.length - (end - start) : stop))
    this.#cursor = start + text.length
  }
}

/** A snippet as text, with the offsets where the cursor goes, in their order. */
export const expanded = (snippet: string): { readonly text: string; readonly stops: readonly number[] } => {
  let text = ""
  const stops: (readonly [number, number])[] = []
  for (const [, escaped, plain, number, filled = "", other] of snippet.matchAll(
    /\\([\\$}])|\$(\d)|\$\{(\d):((?:\\.|[^}])*)\}|([\s\S])/g,
  )) {
    if (plain !== undefined) stops.push([Number(plain), text.length])
    else if (number !== undefined) {
      text += filled.replace(/\\(.)/g, "$1")
      stops.push([Number(number), text.length])
    } else text += escaped ?? other
  }
  const order = (stop: number) => (stop === 0 ? 10 : stop)
  return { text, stops: stops.sort(([a], [b]) => order(a) - order(b)).map(([, at]) => at) }
}
