/** Asks the hub which commit a revision is, and what its files are. */
import { DataError } from "../data.ts"
import { isCommit } from "./model_id.ts"
import { refusal, unreachable, type Wanted } from "./refusal.ts"
import { ask, Interrupted } from "./request.ts"
import type { Hub } from "./settings.ts"

/** What the hub says of a file; what it does not say is not compared. */
export interface FileFacts {
  readonly size?: number
  readonly sha256?: string
  /** Git's name of its content: sha1 over "blob <size>\0" and the bytes. */
  readonly blob?: string
}

export interface Commit {
  readonly commit: string
  readonly files: ReadonlyMap<string, FileFacts>
}

/** Rejects with DataError. */
export const commitOf = async (wanted: Wanted, hub: Hub): Promise<Commit> => {
  const { id, revision } = wanted
  try {
    const answer = await ask(
      `${hub.endpoint}/api/models/${id}/revision/${encodeURIComponent(revision)}?blobs=true`,
      hub,
    )
    if (answer.status !== 200) {
      answer.drop()
      throw refusal(answer, wanted, hub)
    }
    const pieces: Uint8Array[] = []
    for await (const piece of answer.body()) pieces.push(piece)
    return read(Buffer.concat(pieces).toString("utf8"), wanted, hub)
  } catch (error) {
    throw error instanceof Interrupted ? unreachable(wanted, hub, error.message) : error
  }
}

const read = (text: string, { id, revision }: Wanted, { endpoint }: Hub): Commit => {
  const { sha, siblings } = parsed(text) as { sha?: unknown; siblings?: unknown }
  if (typeof sha !== "string" || !isCommit(sha) || !Array.isArray(siblings))
    throw new DataError(
      `${endpoint} does not say which commit the revision "${revision}" of "${id}" is`,
      "is HF_ENDPOINT the address of a hub, and does nothing stand between that asks for a log-in?",
    )
  return { commit: sha, files: new Map(siblings.flatMap((one) => fileIn(one as Sibling))) }
}

const parsed = (text: string): object => {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}

interface Sibling {
  readonly rfilename?: unknown
  readonly size?: unknown
  readonly blobId?: unknown
  readonly lfs?: { readonly sha256?: unknown; readonly size?: unknown } | null
}

/** None whose name leads out of the folder. */
const fileIn = ({ rfilename: name, size, blobId, lfs }: Sibling): readonly (readonly [string, FileFacts])[] => {
  if (typeof name !== "string" || !/^[^/\\]/.test(name) || /(^|\/)\.\.?(\/|$)|[\\:]|\p{Cc}/u.test(name)) return []
  const bytes = lfs?.size ?? size
  const digest = lfs ? hexadecimal("sha256", lfs.sha256, 64) : hexadecimal("blob", blobId, 40)
  return [[name, { ...(Number.isSafeInteger(bytes) ? { size: bytes as number } : {}), ...digest }]]
}

const hexadecimal = (name: "sha256" | "blob", value: unknown, digits: number): FileFacts =>
  typeof value === "string" && value.length === digits && /^[0-9a-f]+$/.test(value) ? { [name]: value } : {}
