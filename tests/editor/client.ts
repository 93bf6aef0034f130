/** A client of the language server as editors have it: it starts a server, edits texts, asks, and keeps what it is told. */
import { type ChildProcess, spawn } from "node:child_process"
import { Writable } from "node:stream"
import { fileURLToPath, pathToFileURL } from "node:url"
import {
  CancellationTokenSource,
  createProtocolConnection,
  type ProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver-protocol/node"
import { current } from "../../src/cli/runtimes.mjs"
import { changed, placesIn, type TextChange } from "../../src/editor/text.ts"

/** Values of the protocol, whose shapes the tests look at themselves. */
export type Loose = any

export interface Told {
  readonly uri: string
  readonly version?: number
  readonly diagnostics: readonly {
    readonly code: string
    readonly message: string
    readonly severity: number
    readonly range: unknown
  }[]
}

/** How long a server may take; generous, for a busy machine. */
const PATIENCE = 30_000

export class Client {
  readonly said: Told[] = []
  readonly log: string[] = []
  readonly exited: Promise<number | null>
  readonly #child: ChildProcess
  readonly #connection: ProtocolConnection
  readonly #texts = new Map<string, { version: number; text: string }>()
  readonly #listeners = new Set<() => void>()
  #held: Uint8Array[] | undefined

  constructor(args: readonly string[] = ["lsp"]) {
    const { path, run } = current()
    const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url))
    this.#child = spawn(path, [...run, main, ...args], { stdio: ["pipe", "pipe", "pipe"] })
    const { stdin, stdout, stderr } = this.#child
    stderr!.on("data", (bytes: Uint8Array) => this.log.push(String(bytes)))
    stdin!.on("error", () => {})
    this.exited = new Promise((resolve) => this.#child.on("close", resolve))
    const out = new Writable({
      write: (bytes, _, done) => {
        if (this.#held) this.#held.push(bytes)
        else this.raw(bytes)
        done()
      },
    })
    this.#connection = createProtocolConnection(new StreamMessageReader(stdout!), new StreamMessageWriter(out))
    this.#connection.onError(() => {})
    this.#connection.onNotification("textDocument/publishDiagnostics", (told: Told) => {
      this.said.push(told)
      for (const listener of this.#listeners) listener()
    })
    for (const asked of ["client/registerCapability", "workspace/inlayHint/refresh"])
      this.#connection.onRequest(asked, () => null)
    this.#connection.listen()
  }

  raw(bytes: Uint8Array): void {
    this.#child.stdin!.write(bytes)
  }

  /** What is said from here on leaves with `release`, in one write: the server has read all of it before it handles any. */
  hold(): void {
    this.#held = []
  }

  async release(): Promise<void> {
    await this.notify("$/last", {}) // messages are written one after the other
    const held = Buffer.concat(this.#held!)
    this.#held = undefined
    this.raw(held)
  }

  end(): void {
    this.#child.stdin!.end()
  }

  notify(method: string, params: object): Promise<void> {
    return this.#connection.sendNotification(method, params)
  }

  /** The answer, and what takes the question back. */
  ask(method: string, params: object): { readonly cancel: () => void; readonly answer: Promise<Loose> } {
    const { token, ...source } = cancellation()
    return { ...source, answer: this.#within(method, this.#connection.sendRequest(method, params, token)) }
  }

  /** An answer in time, or what the server said instead. */
  async #within(method: string, answer: Promise<Loose>): Promise<Loose> {
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<never>((_, reject) => {
      const tell = (why: string) => reject(new Error(`${method}: ${why}; ${this.log.join("")}`))
      timer = setTimeout(() => tell("not answered"), PATIENCE)
      void this.exited.then(() => tell("the server ended"))
    })
    return Promise.race([answer, late]).finally(() => clearTimeout(timer))
  }

  request(method: string, params: object): Promise<Loose> {
    return this.ask(method, params).answer
  }

  async initialize(more: object = {}): Promise<Loose> {
    const result = await this.request("initialize", { processId: null, capabilities: {}, ...more })
    await this.notify("initialized", {})
    return result
  }

  open(uri: string, text: string): void {
    this.#texts.set(uri, { version: 1, text })
    this.notify("textDocument/didOpen", { textDocument: { uri, languageId: "l2r", version: 1, text } })
  }

  edit(uri: string, ...contentChanges: readonly TextChange[]): number {
    const before = this.#texts.get(uri)!
    const now = { version: before.version + 1, text: changed(before.text, contentChanges) }
    this.#texts.set(uri, now)
    this.notify("textDocument/didChange", { textDocument: { uri, version: now.version }, contentChanges })
    return now.version
  }

  text(uri: string): string {
    return this.#texts.get(uri)!.text
  }

  /** A place in the text that is open, from 0. */
  at(uri: string, offset: number): object {
    return { textDocument: { uri }, position: placesIn(this.text(uri)).positionAt(offset) }
  }

  /** The first diagnostics that satisfy a condition, of those told already or still to come. */
  told(wanted: (told: Told) => boolean): Promise<Told> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = this.said.find(wanted)
        if (!found) return
        clearTimeout(timer)
        this.#listeners.delete(look)
        resolve(found)
      }
      const timer = setTimeout(
        () => reject(new Error(`not told; ${JSON.stringify(this.said.at(-1))} ${this.log.join("")}`)),
        PATIENCE,
      )
      this.#listeners.add(look)
      look()
    })
  }

  diagnosticsOf(uri: string, version: number): Promise<Told> {
    return this.told((told) => told.uri === uri && told.version === version)
  }

  async close(): Promise<number | null> {
    await this.request("shutdown", {})
    this.notify("exit", {})
    return this.exited
  }

  kill(): void {
    this.#child.kill("SIGKILL")
  }
}

export const uriOf = (file: string): string => pathToFileURL(file).href

const cancellation = () => {
  const source = new CancellationTokenSource()
  return { token: source.token, cancel: () => source.cancel() }
}
