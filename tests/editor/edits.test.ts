/** Edits as an editor sends them come to the same text, and the same diagnostics, as the whole text read at once. */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { check, type Vocabulary } from "../../dsl/index.ts"
import vocabulary from "../../dsl/vocabulary.json" with { type: "json" }
import { framed, unframer } from "../../src/editor/framing.ts"
import { serve } from "../../src/editor/server.ts"
import { changed, placesIn } from "../../src/editor/text.ts"
import type { Told } from "./client.ts"

const spec = `language 1

memory few = random { per_class: 5 }
adapter low_rank = lora { rank: sweep [4, 8], targets: [query, value] } # é \u{1F600} wide
train brief { epochs: 3, batch: 32 }
router learnt = l2r {
  memory: few
}
router nearest = similarity { statistics: memory, memory: few }
experiment routing { on: encoder, stream: topics, adapters: low_rank, train: brief, routers: [learnt, nearest] }
`

/** A server in this process; what it publishes is kept. */
const started = () => {
  const told: Told[] = []
  const unframe = unframer()
  const server = serve({
    write: (bytes) => {
      for (const message of unframe(bytes) as { method?: string; params: Told }[])
        if (message.method === "textDocument/publishDiagnostics") told.push(message.params)
    },
    exit: () => {},
    log: (text) => assert.fail(text),
  })
  const send = (message: object) => server.receive(framed({ jsonrpc: "2.0", ...message }))
  send({ id: 1, method: "initialize", params: { capabilities: {} } })
  const until = async (version: number): Promise<Told> => {
    for (let turn = 0; turn < 10_000; turn++) {
      const found = told.find((each) => each.version === version)
      if (found) return found
      await new Promise((resolve) => setTimeout(resolve, turn > 50 ? 5 : 0))
    }
    return assert.fail(`version ${version} was not checked`)
  }
  return { send, until, close: server.close }
}

const position = fc.record({ line: fc.nat(14), character: fc.nat(90) })
const put = fc.constantFrom(
  "",
  "x",
  "\n",
  "\r\n",
  "}",
  "{",
  '"',
  "rank: 0,",
  "router a = l2r\n",
  "\u{1F600}",
  "[",
  "#",
  " ",
)
const edit = fc.record({ range: fc.record({ start: position, end: position }), text: put })

test("whatever is typed, the diagnostics are those of the whole text", async () => {
  const { send, until, close } = started()
  let version = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(edit, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 }),
      async (batches) => {
        const uri = `untitled:${++version}`
        send({
          method: "textDocument/didOpen",
          params: { textDocument: { uri, languageId: "l2r", version, text: spec } },
        })
        let text = spec
        for (const contentChanges of batches) {
          send({
            method: "textDocument/didChange",
            params: { textDocument: { uri, version: ++version }, contentChanges },
          })
          text = changed(text, contentChanges)
        }
        const { diagnostics } = await until(version)
        const { rangeOf } = placesIn(text)
        const expected = check(text, {
          file: uri,
          vocabulary: vocabulary as unknown as Vocabulary,
          advice: true,
        }).diagnostics
        assert.deepEqual(
          diagnostics.map(({ code, range }) => ({ code, range })),
          expected.map(({ code, span }) => ({ code, range: rangeOf(span) })),
        )
        send({ method: "textDocument/didClose", params: { textDocument: { uri } } })
      },
    ),
    { numRuns: 60 },
  )
  close()
})

test("positions and offsets are each other's inverse, for every kind of line break", () => {
  const text = "a\r\nb\u{1F600}c\rd\n\ne"
  const { offsetAt, positionAt } = placesIn(text)
  for (let offset = 0; offset <= text.length; offset++) {
    const at = positionAt(offset)
    if (text.slice(offset - 1, offset + 1) !== "\r\n") assert.equal(offsetAt(at), offset)
  }
  assert.deepEqual(positionAt(text.indexOf("c")), { line: 1, character: 3 })
  assert.equal(offsetAt({ line: 1, character: 99 }), text.indexOf("\rd"))
  assert.equal(offsetAt({ line: 99, character: 0 }), text.length)
  assert.equal(offsetAt({ line: 0, character: 5 }), 1)
})

test("messages are taken from bytes in any pieces", () => {
  const bytes = new Uint8Array([
    ...framed({ a: "é\u{1F600}" }),
    ...framed([1]),
    ...new TextEncoder().encode("content-type: x\r\nCONTENT-LENGTH: 3\r\n\r\n{x}"),
  ])
  for (const size of [1, 2, 7, 1000]) {
    const unframe = unframer()
    const found: unknown[] = []
    for (let at = 0; at < bytes.length; at += size) found.push(...unframe(bytes.subarray(at, at + size)))
    assert.deepEqual(found, [{ a: "é\u{1F600}" }, [1], undefined])
  }
  assert.throws(() => unframer()(new TextEncoder().encode("Length: 3\r\n\r\n")), /without a length/)
  assert.throws(() => unframer()(new Uint8Array(5000).fill(65)), /without an end/)
})
