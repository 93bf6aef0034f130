/** `l2r playground`: a page in the browser in which a spec is checked, completed and explained; nothing leaves this machine. */
import { wholeNumber } from "./numbers.ts"
import { summaries } from "./summaries.ts"
import { UsageError, type Verb } from "./verb.ts"

const MOST = 65_535

export default {
  summary: summaries.playground,
  usage: "playground [--port N]",
  words: [0, 0],
  flags: { port: { type: "string", default: "7327", what: "port on this machine; 0 takes one that is free" } },
  run: async (_, flags) => {
    const port = wholeNumber("port", flags.port, 0, MOST)!
    const { servePlayground } = await import("../playground/server.ts")
    const { url, close } = await servePlayground(port).catch(({ code, message }: Error & { code?: string }) => {
      const told: Readonly<Record<string, string>> = {
        EADDRINUSE: `port ${port} is taken; --port 0 takes one that is free`,
        EACCES: `port ${port} may not be taken by this user; those above 1023 may`,
      }
      throw new UsageError(told[code ?? ""] ?? message)
    })
    process.stdout.write(`${url}\nCtrl-C ends it.\n`)
    await new Promise<void>((resolve) => {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve())
    })
    await close()
    return 0
  },
} satisfies Verb
