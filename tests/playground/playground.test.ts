/** What the playground serves, on every runtime; tests/browser has the page itself. */
import assert from "node:assert/strict"
import { request } from "node:http"
import { after, test } from "node:test"
import { type Playground, servePlayground } from "../../src/playground/server.ts"

let serving: Promise<Playground> | undefined
const served = (): Promise<Playground> => {
  serving ??= servePlayground(0)
  return serving
}
after(async () => {
  await (await serving)?.close()
})

const get = async (
  path: string,
  host?: string,
): Promise<{ readonly status: number; readonly text: string; readonly headers: object }> => {
  const { port } = new URL((await served()).url)
  return new Promise((resolve, reject) => {
    const asked = request(
      { port, host: "127.0.0.1", path, headers: { host: host ?? `localhost:${port}` } },
      (response) => {
        const parts: Buffer[] = []
        response.on("data", (part: Buffer) => parts.push(part))
        response.on("end", () =>
          resolve({ status: response.statusCode!, text: Buffer.concat(parts).toString(), headers: response.headers }),
        )
      },
    )
    asked.on("error", reject)
    asked.end()
  })
}

test("every module that the page needs is served as JavaScript", async () => {
  const wanted = new Set(["/dsl/editor/index.ts", "/dsl/format/index.ts"])
  for (const path of wanted) {
    const { status, text } = await get(path)
    assert.equal(status, 200, path)
    assert.doesNotMatch(text, /^import type|^export interface|^export type /m, path)
    for (const [, name] of text.matchAll(/^\s*(?:import|export)\s(?:[^"';=()]*?\sfrom\s+)?["']([^"']+)["']/gm))
      if (name.startsWith(".")) wanted.add(new URL(name, `http://x${path}`).pathname)
      else assert.equal(name, "chevrotain")
  }
  assert.ok(wanted.size > 40, `${wanted.size} modules`)
  assert.equal((await get("/chevrotain.mjs")).status, 200)
})

test("nothing else is served, and to nobody else", async () => {
  for (const path of [
    "/package.json",
    "/dsl/../package.json",
    "/dsl/%2e%2e/src/source.ts",
    "/src/source.ts",
    "/dsl/vocabulary.json",
    "/nothing",
  ])
    assert.equal((await get(path)).status, 404, path)
  assert.equal((await get("/", "evil.example")).status, 404)
  assert.match(JSON.stringify((await get("/")).headers), /script-src 'self' 'sha256-/)
})
