/**
 * A hub on this machine that speaks the routes of the Hugging Face hub: /api/models/<id>/revision/<revision> with sha and
 * siblings, and /<id>/resolve/<revision>/<file>, which redirects to another origin where a file is large. It keeps what it
 * was asked, and does the wrong that a test wants of it.
 */
import { createHash } from "node:crypto"
import { readdirSync, readFileSync, statSync } from "node:fs"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"

export interface Repository {
  /** Commits by branch or tag. */
  readonly refs: Record<string, string>
  /** Files by commit. */
  readonly commits: Record<string, Readonly<Record<string, Uint8Array>>>
  readonly gated?: boolean
  readonly private?: boolean
  /** The name that it has now, where the hub redirects the old one. */
  readonly moved?: string
}

/** What goes wrong with the next answers for a file. */
export interface Fault {
  times: number
  /** `cut`: the connection ends halfway. `silent`: nothing comes. `flipped`: a byte is another. `longer`, `shorter`: so is the file. */
  readonly how: "cut" | "silent" | "flipped" | "longer" | "shorter" | "whole" | "status 503"
}

export interface Asked {
  readonly path: string
  readonly range?: string
  readonly token?: string
  readonly elsewhere: boolean
}

export interface LocalHub {
  readonly endpoint: string
  readonly repositories: Record<string, Repository>
  readonly faults: Record<string, Fault>
  readonly asked: Asked[]
  readonly close: () => Promise<void>
}

/** The token that may read everything. */
export const TOKEN = "hf_abcdefgh"
/** Files from this size on lie elsewhere, and are named by their sha256. */
const LARGE = 4096

export const localHub = async (repositories: Record<string, Repository>): Promise<LocalHub> => {
  const asked: Asked[] = []
  const faults: Record<string, Fault> = {}
  const store = new Map<string, { readonly name: string; readonly bytes: Uint8Array }>()
  const note = (request: IncomingMessage, elsewhere: boolean): string => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://hub").pathname)
    const { range, authorization } = request.headers
    asked.push({ path, elsewhere, ...(range && { range }), ...(authorization && { token: authorization }) })
    return path
  }
  const elsewhere = await listening((request, response) => {
    const found = store.get(note(request, true).slice(1))
    if (found) send(request, response, found.bytes, faults[found.name])
    else response.writeHead(404).end()
  })
  const hub = await listening((request, response) => {
    const path = note(request, false)
    const [, api, id, revision, file] =
      /^(\/api\/models)?\/([^/]+\/[^/]+)\/(?:revision|resolve)\/(.+?)(?:\/((?:onnx\/)?[^/]+))?$/.exec(path) ?? []
    const repository = repositories[id]
    const authorised = request.headers.authorization === `Bearer ${TOKEN}`
    const refused = (status: number, code: string) => response.writeHead(status, { "x-error-code": code }).end()
    if (!repository || (repository.private && !authorised)) return refused(authorised ? 404 : 401, "RepoNotFound")
    if (repository.moved) return response.writeHead(307, { location: path.replace(id, repository.moved) }).end()
    if (repository.gated && !authorised && (file || api))
      return refused(request.headers.authorization ? 403 : 401, "GatedRepo")
    const wanted = api ? [revision, file].filter(Boolean).join("/") : revision
    const commit = repository.refs[wanted] ?? wanted
    const files = repository.commits[commit]
    if (!files) return refused(404, "RevisionNotFound")
    if (api) return json(response, faults.api, { id, sha: commit, siblings: Object.entries(files).map(sibling) })
    const bytes = files[file]
    if (!bytes) return refused(404, "EntryNotFound")
    const common = { "x-repo-commit": commit, etag: `"${bytes.length < LARGE ? blobOf(bytes) : sha256(bytes)}"` }
    if (bytes.length < LARGE) return send(request, response, bytes, faults[file], common)
    store.set(sha256(bytes), { name: file, bytes })
    return response
      .writeHead(302, { ...common, "x-linked-etag": common.etag, location: `${elsewhere.address}/${sha256(bytes)}` })
      .end()
  })
  return {
    endpoint: hub.address,
    repositories,
    faults,
    asked,
    close: async () => {
      await Promise.all([hub.close(), elsewhere.close()])
    },
  }
}

/** The files below a folder by their path, under other names where `as` says so. */
export const filesIn = (
  folder: string,
  names: readonly string[] = readdirSync(folder).filter((name) => statSync(join(folder, name)).isFile()),
): Record<string, Uint8Array> => Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name))]))

const listening = (
  handle: (request: IncomingMessage, response: ServerResponse) => unknown,
): Promise<{ readonly address: string; readonly close: () => Promise<void> }> =>
  new Promise((resolve) => {
    const server: Server = createServer(handle)
    server.listen(0, "127.0.0.1", () =>
      resolve({
        address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed())
            server.closeAllConnections()
          }),
      }),
    )
  })

const takes = (fault: Fault | undefined): Fault["how"] => {
  if (!fault || fault.times === 0) return "whole"
  fault.times--
  return fault.how
}

const send = (
  { headers: { range } }: IncomingMessage,
  response: ServerResponse,
  bytes: Uint8Array,
  fault: Fault | undefined,
  headers: Record<string, string> = {},
): void => {
  const how = takes(fault)
  if (how === "silent") return
  if (how === "status 503") return void response.writeHead(503).end()
  const from = Number(/^bytes=(\d+)-/.exec(range ?? "")?.[1] ?? 0)
  if (range && from >= bytes.length) return void response.writeHead(416).end()
  const rest = Buffer.from(bytes.subarray(from))
  if (how === "flipped") rest[rest.length >> 1] ^= 1
  const body = how === "longer" ? Buffer.concat([rest, rest]) : how === "shorter" ? rest.subarray(1) : rest
  response.writeHead(range ? 206 : 200, {
    ...headers,
    "content-length": body.length,
    ...(range && { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` }),
  })
  if (how !== "cut") return void response.end(body)
  response.write(body.subarray(0, body.length >> 1), () => setTimeout(() => response.destroy(), 20))
}

const json = (response: ServerResponse, fault: Fault | undefined, value: unknown): void => {
  const how = takes(fault)
  if (how === "silent") return
  if (how === "status 503") return void response.writeHead(503).end()
  response.writeHead(200).end(how === "flipped" ? "<html>Log in</html>" : JSON.stringify(value))
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")
const blobOf = (bytes: Uint8Array): string =>
  createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex")

const sibling = ([rfilename, bytes]: readonly [string, Uint8Array]) => ({
  rfilename,
  size: bytes.length,
  blobId: blobOf(bytes),
  ...(bytes.length < LARGE ? {} : { lfs: { sha256: sha256(bytes), size: bytes.length, pointerSize: 134 } }),
})
