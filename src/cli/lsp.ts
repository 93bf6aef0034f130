/** `l2r lsp`: the language server for editors, over standard input and output. */
import { setTimeout } from "node:timers"
import { summaries } from "./summaries.ts"
import type { Verb } from "./verb.ts"

/** Milliseconds in which what was written is taken. */
const FAREWELL = 200

export default {
  summary: summaries.lsp,
  usage: "lsp [--stdio]",
  words: [0, 0],
  flags: { stdio: { type: "boolean", what: "what it does anyway; editors like to say it" } },
  run: async () => {
    const { serve } = await import("../editor/server.ts")
    // Standard output is the protocol's alone.
    console.log = console.info = console.debug = console.error
    return new Promise<number>((resolve) => {
      const server = serve({
        write: (bytes) => process.stdout.write(bytes),
        log: (text) => process.stderr.write(`${text}\n`),
        exit: (code) => done(code),
      })
      let over = false
      const done = (code: number) => {
        if (over) return
        over = true
        server.close()
        process.stdin.destroy()
        resolve(code)
        // Pipes to processes that are gone keep some runtimes alive.
        setTimeout(() => process.exit(code), FAREWELL).unref()
      }
      process.stdin.on("data", (bytes: Uint8Array) => {
        try {
          server.receive(bytes)
        } catch (error) {
          process.stderr.write(`l2r lsp: ${(error as Error).message}\n`)
          done(1)
        }
      })
      // A farewell may be the last that has come.
      const ended = () => (server.busy() ? void setImmediate(ended) : done(1))
      process.stdin.on("end", ended)
    })
  },
} satisfies Verb
