/** Serves the playground: one page, its script, the modules of the language and the vocabulary. Only this machine can ask. */
import { readFileSync } from "node:fs"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { chevrotain, moduleAt } from "./modules.ts"

const own = (name: string): string => readFileSync(new URL(name, import.meta.url), "utf8")

const TYPES = { html: "text/html", js: "text/javascript", css: "text/css", json: "application/json" } as const

/** What is not ours does not run, and nothing goes out. */
const POLICY =
  "default-src 'none'; script-src 'self' 'sha256-HASH'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'"

interface Found {
  readonly type: keyof typeof TYPES
  readonly text: string
}

const find = async (path: string): Promise<Found | undefined> => {
  switch (path) {
    case "/":
      return { type: "html", text: own("page.html") }
    case "/page.mjs":
      return { type: "js", text: own("page.mjs") }
    case "/page.css":
      return { type: "css", text: own("page.css") }
    case "/chevrotain.mjs":
      return { type: "js", text: chevrotain() }
    case "/vocabulary.json":
      return { type: "json", text: readFileSync(new URL("../../dsl/vocabulary.json", import.meta.url), "utf8") }
    case "/spec.l2r":
      return {
        type: "json",
        text: JSON.stringify(readFileSync(new URL("../../examples/01_quickstart/spec.l2r", import.meta.url), "utf8")),
      }
    default: {
      const text = path.startsWith("/dsl/") ? await moduleAt(path.slice(1)) : undefined
      return text === undefined ? undefined : { type: "js", text }
    }
  }
}

const policyFor = async (html: string): Promise<string> => {
  const { createHash } = await import("node:crypto")
  const [, inline = ""] = /<script type="importmap">([\s\S]*?)<\/script>/.exec(html) ?? []
  return POLICY.replace("HASH", createHash("sha256").update(inline).digest("base64"))
}

const answer = async ({ url = "/", method, headers }: IncomingMessage, response: ServerResponse): Promise<void> => {
  const local = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/.test(headers.host ?? "")
  const found = local && method === "GET" ? await find(new URL(url, "http://localhost").pathname) : undefined
  if (!found) {
    response.writeHead(404, { "content-type": "text/plain" }).end("there is no such page\n")
    return
  }
  const type = `${TYPES[found.type]}; charset=utf-8`
  const policy = found.type === "html" ? { "content-security-policy": await policyFor(found.text) } : {}
  response.writeHead(200, {
    "content-type": type,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...policy,
  })
  response.end(found.text)
}

export interface Playground {
  readonly url: string
  readonly close: () => Promise<void>
}

/** Rejects where the port is taken. */
export const servePlayground = (port: number): Promise<Playground> =>
  new Promise((resolve, reject) => {
    const server = createServer((request, response) => {
      answer(request, response).catch((error: Error) => {
        response.writeHead(500, { "content-type": "text/plain" }).end(`${error.message}\n`)
      })
    })
    server.on("error", reject)
    server.listen(port, "127.0.0.1", () => {
      const address = server.address() as { port: number }
      resolve({
        url: `http://localhost:${address.port}/`,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed())
            server.closeAllConnections?.()
          }),
      })
    })
  })
