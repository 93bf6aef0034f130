/**
 * A file that is being downloaded, under a name that says what it will be and who writes it. One that a process has left
 * behind is taken over by the next that wants the same content; one whose writer lives is left alone.
 */
import { createHash, type Hash } from "node:crypto"
import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs"
import { basename, dirname, join } from "node:path"
import { threadId } from "node:worker_threads"
import type { FileFacts } from "./commit.ts"

const ENDING = ".incomplete"

/** Digests of what has come so far. */
interface Sums {
  readonly sha256: Hash
  readonly blob: Hash
}

export class Partial {
  readonly #path: string
  readonly #final: string
  #facts: FileFacts
  readonly #handle: number
  #sums: Sums
  #size = 0

  /** Opens what an earlier download of the same content has left, or an empty file. */
  constructor(final: string, facts: FileFacts) {
    const content = facts.sha256 ?? facts.blob
    const name = `${basename(final)}.${content?.slice(0, 16) ?? "unknown"}`
    this.#final = final
    this.#facts = facts
    this.#path = join(dirname(final), `${name}.${process.pid}-${threadId}${ENDING}`)
    this.#sums = this.#fresh()
    mkdirSync(dirname(final), { recursive: true })
    if (content) takeOver(dirname(final), `${name}.`, this.#path)
    this.#handle = openSync(this.#path, content && existsSync(this.#path) ? "r+" : "w+")
    if (content) this.#readAgain()
    if (facts.size !== undefined && this.#size > facts.size) this.empty()
  }

  /** Bytes so far. */
  get size(): number {
    return this.#size
  }

  /** What is said of the file only while it comes. */
  learn(facts: FileFacts): void {
    this.#facts = { ...facts, ...this.#facts }
  }

  add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#handle, bytes, at, bytes.length - at, this.#size + at)
    this.#count(bytes)
  }

  empty(): void {
    ftruncateSync(this.#handle, 0)
    this.#size = 0
    this.#sums = this.#fresh()
  }

  /** What is wrong with it as the whole file; nothing where it is what the hub says. */
  wrong(): string | undefined {
    const { size, sha256, blob } = this.#facts
    if (size !== undefined && size !== this.#size) return `has ${this.#size} bytes, and not ${size} as the hub says`
    const found = this.#sums.sha256.copy().digest("hex")
    if (sha256 !== undefined && sha256 !== found) return `has the sha256 ${found}, and not ${sha256} as the hub says`
    const named = this.#sums.blob.copy().digest("hex")
    if (blob !== undefined && size !== undefined && blob !== named)
      return `has the digest ${named}, and not ${blob} as the hub says`
    return undefined
  }

  /** It takes its name. */
  finish(): void {
    fsyncSync(this.#handle)
    closeSync(this.#handle)
    renameSync(this.#path, this.#final)
  }

  /** It stays for the next try, unless nobody could tell whether it is the same content. */
  leave(): void {
    closeSync(this.#handle)
    if (!this.#facts.sha256 && !this.#facts.blob) rmSync(this.#path, { force: true })
  }

  #fresh(): Sums {
    return { sha256: createHash("sha256"), blob: createHash("sha1").update(`blob ${this.#facts.size ?? 0}\0`) }
  }

  #count(bytes: Uint8Array): void {
    this.#sums.sha256.update(bytes)
    this.#sums.blob.update(bytes)
    this.#size += bytes.length
  }

  #readAgain(): void {
    const piece = new Uint8Array(1 << 20)
    for (let read = -1; read !== 0; ) {
      read = readSync(this.#handle, piece, 0, piece.length, this.#size)
      this.#count(piece.subarray(0, read))
    }
  }
}

const takeOver = (folder: string, beginning: string, own: string): void => {
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(beginning) || !name.endsWith(ENDING)) continue
    const [writer] = name.slice(beginning.length).split("-")
    if (Number(writer) !== process.pid && lives(Number(writer))) continue
    if (Number(writer) === process.pid && join(folder, name) !== own) continue
    try {
      renameSync(join(folder, name), own)
      return
    } catch {} // another has taken it
  }
}

const lives = (process_: number): boolean => {
  try {
    process.kill(process_, 0)
    return true
  } catch (error) {
    return (error as { code?: string }).code === "EPERM"
  }
}
