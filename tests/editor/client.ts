/** A small client of the language server: it starts one as an editor does, edits texts, asks, and keeps what it is told. */
import { type ChildProcess, spawn } from "node:child_process"
import { fileURLToPath, pathToFileURL } from "node:url"
import { current } from "../../src/cli/runtimes.mjs"
import { framed, unframer } from "../../src/editor/framing.ts"
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

interface Answered {
  readonly id?: number | string
  readonly method?: string
  readonly params?: unknown
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly message: string }
}

/** How long a server may take; generous, for a busy machine. */
const PATIENCE = 30_000

export class Client {
  readonly said: Told[] = []
  readonly log: string[] = []
  readonly exited: Promise<number | null>
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>()
  readonly #texts = new Map<string, { version: number; text: string }>()
  readonly #listeners = new Set<() => void>()
  #lastId = 0

  constructor(args: readonly string[] = ["lsp"]) {
    const { path, run } = current()
    const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url))
    this.#child = spawn(path, [...run, main, ...args], { stdio: ["pipe", "pipe", "pipe"] })
    const unframe = unframer()
    this.#child.stdout!.on("data", (bytes: Uint8Array) => {
      for (const message of unframe(bytes)) this.#take(message as Answered)
    })
    this.#child.stderr!.on("data", (bytes: Uint8Array) => this.log.push(String(bytes)))
    this.#child.stdin!.on("error", () => {})
    this.exited = new Promise((resolve) => this.#child.on("close", resolve))
    this.#child.on("close", () => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`the server ended; ${this.log.join("")}`))
    })
  }

  #take({ id, method, params, result, error }: Answered): void {
    if (method === "textDocument/publishDiagnostics") {
      this.said.push(params as Told)
      for (const listener of this.#listeners) listener()
    } else if (method !== undefined && id !== undefined) this.send({ id, result: null })
    else if (typeof id === "number") {
      const waits = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (error) waits?.reject(Object.assign(new Error(error.message), { code: error.code }))
      else waits?.resolve(result as never)
    }
  }

  send(message: object): void {
    this.#child.stdin!.write(framed({ jsonrpc: "2.0", ...message }))
  }

  raw(bytes: Uint8Array): void {
    this.#child.stdin!.write(bytes)
  }

  end(): void {
    this.#child.stdin!.end()
  }

  notify(method: string, params: object): void {
    this.send({ method, params })
  }

  /** The answer, and the number of the question. */
  ask(method: string, params: object): { readonly id: number; readonly answer: Promise<Loose> } {
    const id = ++this.#lastId
    const answer = new Promise<never>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${method} was not answered; ${this.log.join("")}`)), PATIENCE)
      const settled =
        <Value>(then: (value: Value) => void) =>
        (value: Value) => {
          clearTimeout(timer)
          then(value)
        }
      this.#waiting.set(id, { resolve: settled(resolve), reject: settled(reject) })
    })
    this.send({ id, method, params })
    return { id, answer }
  }

  request(method: string, params: object): Promise<Loose> {
    return this.ask(method, params).answer
  }

  async initialize(more: object = {}): Promise<Loose> {
    const result = await this.request("initialize", { processId: null, capabilities: {}, ...more })
    this.notify("initialized", {})
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
