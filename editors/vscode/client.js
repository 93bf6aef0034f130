/** A process that speaks the language server protocol over its standard input and output. */
const { spawn } = require("node:child_process")

class Client {
  /** @param {{ command: readonly string[], cwd?: string, log: (text: string) => void, told: Record<string, (params: any) => void> }} options */
  constructor({ command: [program, ...args], cwd, log, told }) {
    this.told = told
    this.waiting = new Map()
    this.lastId = 0
    this.bytes = Buffer.alloc(0)
    this.ended = false
    this.child = spawn(program, args, { cwd, shell: process.platform === "win32" })
    this.child.on("error", (error) => {
      log(`${program} could not be started: ${error.message}\n`)
      this.end()
    })
    this.child.on("exit", () => this.end())
    this.child.stdin.on("error", () => {})
    this.child.stderr.on("data", (text) => log(String(text)))
    this.child.stdout.on("data", (bytes) => this.take(bytes))
  }

  end() {
    this.ended = true
    for (const { resolve } of this.waiting.values()) resolve(undefined)
    this.waiting.clear()
  }

  take(bytes) {
    this.bytes = Buffer.concat([this.bytes, bytes])
    for (;;) {
      const end = this.bytes.indexOf("\r\n\r\n")
      if (end < 0) return
      const length = Number(/content-length: *(\d+)/i.exec(this.bytes.toString("latin1", 0, end))?.[1])
      if (this.bytes.length < end + 4 + length) return
      const body = this.bytes.toString("utf8", end + 4, end + 4 + length)
      this.bytes = this.bytes.subarray(end + 4 + length)
      this.handle(JSON.parse(body))
    }
  }

  handle({ id, method, params, result, error }) {
    if (method !== undefined) {
      if (id !== undefined) this.send({ id, result: null })
      return this.told[method]?.(params)
    }
    const waits = this.waiting.get(id)
    this.waiting.delete(id)
    // A request that was taken back is no problem to show.
    if (error && error.code !== -32800) waits?.reject(new Error(error.message))
    else waits?.resolve(result ?? undefined)
  }

  send(message) {
    if (this.ended) return
    const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }))
    this.child.stdin.write(`Content-Length: ${body.length}\r\n\r\n`)
    this.child.stdin.write(body)
  }

  notify(method, params) {
    this.send({ method, params })
  }

  /** The answer; undefined where there is none, or the editor has taken the question back. */
  request(method, params, token) {
    if (this.ended) return Promise.resolve(undefined)
    const id = ++this.lastId
    token?.onCancellationRequested?.(() => this.notify("$/cancelRequest", { id }))
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject })
      this.send({ id, method, params })
    })
  }

  async stop() {
    if (this.ended) return
    await Promise.race([this.request("shutdown", null), new Promise((resolve) => setTimeout(resolve, 1000))])
    this.notify("exit", null)
    const child = this.child
    setTimeout(() => child.kill(), 1000).unref?.()
  }
}

module.exports = { Client }
