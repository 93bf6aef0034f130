/** `l2r lsp`: the language server for editors, over standard input and output. */
import type { Verb } from "./verb.ts"

export default {
  summary: "the language server that editors talk to, over standard input and output",
  usage: "lsp [--stdio]",
  words: [0, 0],
  flags: { stdio: { type: "boolean", what: "what it does anyway; editors like to say it" } },
  run: async () => {
    const { serve } = await import("../editor/server.ts")
    // Standard output is the protocol's alone.
    console.log = console.info = console.debug = console.error
    return new Promise<number>(() => {
      const server = serve({
        write: (bytes) => process.stdout.write(bytes),
        log: (text) => process.stderr.write(`${text}\n`),
        exit: (code) => done(code),
      })
      const done = (code: number) => {
        server.close()
        // Pipes to processes that are gone would keep some runtimes alive.
        process.stdout.write("", () => process.exit(code))
      }
      process.stdin.on("data", (bytes: Uint8Array) => {
        try {
          server.receive(bytes)
        } catch (error) {
          process.stderr.write(`l2r lsp: ${(error as Error).message}\n`)
          done(1)
        }
      })
      process.stdin.on("end", () => done(1))
    })
  },
} satisfies Verb
