/**
 * From an edit to its diagnostics: a long spec in the language server, one letter at a time, from the bytes of the edit to
 * the bytes of the answer. The goal is a frame of a screen, 16 ms.
 *
 *   bun tests/bench/language/editor.ts [--lines 1000] [--edits 200]      prints one line of JSON; `run.ts` starts it
 */
import { parseArgs } from "node:util"
import { framed, unframer } from "../../../src/editor/framing.ts"
import { serve } from "../../../src/editor/server.ts"

const { values } = parseArgs({
  options: { lines: { type: "string", default: "1000" }, edits: { type: "string", default: "200" } },
})

const specOf = (lines: number): string => {
  const head = [
    "language 1",
    'backbone encoder = bert "gloss-mini"',
    "memory few = random { per_class: 5 }",
    "train brief { epochs: 3 }",
  ]
  const body: string[] = []
  for (let i = 0; head.length + body.length < lines - 12; i += 1)
    body.push(
      `adapter low_rank_${i} = lora { rank: ${4 + i}, alpha: 16, targets: [query, value] } # the ${i}th`,
      `router learnt_${i} = l2r {`,
      "  memory: few",
      "  aggregate: parameters",
      "}",
      `router nearest_${i} = similarity { statistic: class_gaussian, statistics: memory, memory: few, shrinkage: 0.5 }`,
    )
  const rows = Array.from({ length: 20 }, (_, i) => `learnt_${i}, nearest_${i}`).join(", ")
  return [
    ...head,
    ...body,
    `experiment all { on: encoder, stream: topics, adapters: low_rank_1, train: brief, routers: [${rows}] }`,
    "",
  ].join("\n")
}

const text = specOf(Number(values.lines))
const lines = text.split("\n")
let arrived: (version: number) => void = () => {}
const unframe = unframer()
const { receive, close } = serve({
  write: (bytes) => {
    for (const message of unframe(bytes) as { params?: { version?: number } }[])
      if (message.params?.version !== undefined) arrived(message.params.version)
  },
  exit: () => {},
  log: console.error,
})
const send = (message: object) => receive(framed({ jsonrpc: "2.0", ...message }))
const answerTo = (version: number) =>
  new Promise<void>((resolve) => {
    arrived = (seen) => seen === version && resolve()
  })

const uri = "untitled:bench"
send({ id: 1, method: "initialize", params: { capabilities: {} } })
const opened = answerTo(1)
send({ method: "textDocument/didOpen", params: { textDocument: { uri, languageId: "l2r", version: 1, text } } })
await opened

const times: number[] = []
const busy: number[] = []
for (let edit = 0; edit < Number(values.edits); edit++) {
  const line = 4 + (((edit >> 1) * 37) % (lines.length - 8))
  const [start, end] = [
    { line, character: 3 },
    { line, character: edit % 2 === 0 ? 3 : 4 },
  ]
  const version = edit + 2
  // The letter that one edit types, the next takes out.
  const change = { range: { start, end }, text: edit % 2 === 0 ? "x" : "" }
  const answered = answerTo(version)
  const [started, before] = [performance.now(), process.cpuUsage()]
  send({ method: "textDocument/didChange", params: { textDocument: { uri, version }, contentChanges: [change] } })
  await answered
  times.push(performance.now() - started)
  const { user, system } = process.cpuUsage(before)
  busy.push((user + system) / 1000)
  // The server checks no faster than it can: the next key comes later.
  await new Promise((resolve) => setTimeout(resolve, 30))
}
close()
const at = (all: readonly number[], share: number): number =>
  all.toSorted((a, b) => a - b)[Math.min(all.length - 1, Math.floor(all.length * share))]
const told = (all: readonly number[]) => ({ best: at(all, 0), median: at(all, 0.5), most: at(all, 0.95) })
console.log(JSON.stringify({ lines: lines.length, characters: text.length, wall: told(times), processor: told(busy) }))
