/**
 * The language server: what an editor tells and asks, over one stream of bytes each way.
 *
 *     bytes -> messages (framing) -> one at a time (connection) -> texts (documents) -> answers (requests), diagnostics (checking)
 */
import { version } from "../run/version.ts"
import { capabilities } from "./capabilities.ts"
import { checking } from "./checking.ts"
import { CODES, connect, Refusal } from "./connection.ts"
import { Documents, fileOf } from "./documents.ts"
import { requestsOf } from "./requests.ts"
import type { TextChange } from "./text.ts"
import { type World, world } from "./world.ts"

export interface ServerOptions {
  readonly write: (bytes: Uint8Array) => void
  /** The editor is done: 0 after a farewell, 1 without. */
  readonly exit: (code: number) => void
  readonly log: (text: string) => void
}

/** Files that change what is known: specs, plugins, tasks. */
const WATCHED = ["**/*.l2r", "**/*.{ts,mts,js,mjs}", "**/train.jsonl"]

interface Folder {
  readonly uri: string
}
interface Initialize {
  readonly rootUri?: string | null
  readonly workspaceFolders?: readonly Folder[] | null
  readonly initializationOptions?: { readonly plugins?: boolean } | null
  readonly capabilities?: Client
}
interface Client {
  readonly workspace?: {
    readonly inlayHint?: { readonly refreshSupport?: boolean }
    readonly didChangeWatchedFiles?: { readonly dynamicRegistration?: boolean }
  }
}
export interface Server {
  readonly receive: (bytes: Uint8Array) => void
  readonly busy: () => boolean
  readonly close: () => void
}

export const serve = ({ write, exit, log }: ServerOptions): Server => {
  let state: "new" | "ready" | "done" = "new"
  let editor: Client = {}
  let folders: readonly string[] = []
  const documents = new Documents()
  const failed = (error: unknown, method = "") =>
    log(`l2r lsp: ${method} ${error instanceof Error ? error.stack : String(error)}`)
  let options = { plugins: true }
  const opened = (file: string) => documents.all().find((open) => open.file === file)?.text
  let made: World | undefined
  // Made when it is first needed: by then it is known whether plugins may be run.
  const known: World = {
    document: (file, text) => (made ??= world({ ...options, opened })).document(file, text),
    learn: (file, text) => (made ??= world({ ...options, opened })).learn(file, text),
    forget: () => made?.forget(),
    close: () => made?.close(),
  }

  const told = {
    initialized: () => {
      if (!editor.workspace?.didChangeWatchedFiles?.dynamicRegistration) return
      const watchers = WATCHED.map((globPattern) => ({ globPattern }))
      const registration = { id: "files", method: "workspace/didChangeWatchedFiles", registerOptions: { watchers } }
      connection.request("client/registerCapability", { registrations: [registration] }).catch(() => {})
    },
    "textDocument/didOpen": ({
      textDocument: { uri, version: number, text },
    }: {
      textDocument: { uri: string; version: number; text: string }
    }) => {
      documents.open(uri, number, text)
      checks.stale(uri)
    },
    "textDocument/didChange": ({
      textDocument,
      contentChanges,
    }: {
      textDocument: { uri: string; version: number }
      contentChanges: readonly TextChange[]
    }) => {
      if (documents.change(textDocument.uri, textDocument.version, contentChanges)) checks.stale(textDocument.uri)
    },
    "textDocument/didSave": ({ textDocument: { uri } }: { textDocument: { uri: string } }) => {
      known.forget()
      checks.stale(uri)
    },
    "textDocument/didClose": ({ textDocument: { uri } }: { textDocument: { uri: string } }) => {
      documents.close(uri)
      checks.cleared(uri)
    },
    "workspace/didChangeWatchedFiles": () => {
      known.forget()
      for (const { uri } of documents.all()) checks.stale(uri)
    },
    "workspace/didChangeWorkspaceFolders": ({
      event: { added, removed },
    }: {
      event: { added: readonly Folder[]; removed: readonly Folder[] }
    }) => {
      const gone = new Set(removed.map(({ uri }) => fileOf(uri)))
      folders = [...folders.filter((folder) => !gone.has(folder)), ...added.map(({ uri }) => fileOf(uri))]
    },
    exit: () => exit(state === "done" ? 0 : 1),
  }

  const connection = connect({
    write,
    failed,
    idle: () => checks.idle(),
    before: (method) => {
      if (method === "exit") return
      if (method === "initialize" && state !== "new")
        throw new Refusal(CODES.invalid, "the server is initialized already")
      if (method !== "initialize" && state === "new")
        throw new Refusal(CODES.notInitialized, "the server is not initialized")
      if (state === "done") throw new Refusal(CODES.invalid, "the server has been shut down")
    },
    requests: {
      initialize: ({ rootUri, workspaceFolders, initializationOptions, capabilities: client }: Initialize) => {
        state = "ready"
        options = { plugins: initializationOptions?.plugins !== false }
        editor = client ?? {}
        folders = (workspaceFolders ?? (rootUri ? [{ uri: rootUri }] : [])).map(({ uri }) => fileOf(uri))
        return { capabilities, serverInfo: { name: "l2r", version } }
      },
      shutdown: () => {
        state = "done"
        return null
      },
      ...requestsOf({ documents, world: known, folders: () => folders }),
    },
    notifications: told,
  })
  const checks = checking(
    documents,
    known,
    (params) => connection.notify("textDocument/publishDiagnostics", params),
    () => {
      if (editor.workspace?.inlayHint?.refreshSupport)
        connection.request("workspace/inlayHint/refresh", undefined).catch(() => {})
    },
    failed,
  )
  return {
    receive: connection.receive,
    busy: connection.busy,
    close: () => {
      checks.close()
      known.close()
    },
  }
}
