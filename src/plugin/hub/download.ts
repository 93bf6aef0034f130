/** One file of a commit into its place: whole and with the digest that the hub gives, or not at all. */
import { setTimeout } from "node:timers/promises"
import { DataError, type Place } from "../data.ts"
import type { FileFacts } from "./commit.ts"
import { Partial } from "./partial.ts"
import { refusal, type Wanted } from "./refusal.ts"
import { type Answer, ask, Interrupted } from "./request.ts"
import type { Hub } from "./settings.ts"

export interface Downloading extends Wanted {
  readonly commit: string
  /** Path in the repository. */
  readonly file: string
  readonly facts: FileFacts
  /** Where the file shall stand. */
  readonly to: string
}

/** Tries of one file; each goes on where the last one ended. */
const TRIES = 4

/** Under way in this thread, by the place of the file. */
const running = new Map<string, Promise<void>>()

/** Rejects with DataError. */
export const download = (what: Downloading, hub: Hub, onDownload: Place["onDownload"]): Promise<void> => {
  const known = running.get(what.to)
  if (known) return known
  const made = downloaded(what, hub, onDownload).finally(() => running.delete(what.to))
  running.set(what.to, made)
  return made
}

const downloaded = async (what: Downloading, hub: Hub, onDownload: Place["onDownload"]): Promise<void> => {
  const { id, file, to } = what
  try {
    const partial = new Partial(to, what.facts)
    try {
      await whole(partial, what, hub, (bytes, total) => onDownload?.({ model: id, file, bytes, total }))
    } catch (error) {
      partial.leave()
      throw error
    }
    partial.finish()
  } catch (error) {
    throw isOfSystem(error)
      ? new DataError(
          `cannot keep ${file} of "${id}" in ${hub.cache}: ${error.message}`,
          "give a folder that can be written, on a disk with some space, with L2R_HUB_CACHE or HF_HOME",
        )
      : error
  }
}

const isOfSystem = (error: unknown): error is Error => typeof (error as { syscall?: unknown }).syscall === "string"

const whole = async (
  partial: Partial,
  what: Downloading,
  hub: Hub,
  progress: (bytes: number, total: number | undefined) => void,
): Promise<void> => {
  let why = ""
  for (let tries = 0; tries < TRIES; tries++) {
    if (tries > 0) await setTimeout((hub.patience / 100) * 3 ** (tries - 1))
    const before = partial.size
    try {
      if (before === 0 || before !== what.facts.size) await rest(partial, what, hub, progress)
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error
      why = error.message
      continue
    }
    why = partial.wrong() ?? ""
    if (why === "") return
    if (partial.size >= (what.facts.size ?? 0)) partial.empty()
  }
  throw new DataError(
    `${what.file} of "${what.id}" did not come whole from ${hub.endpoint} in ${TRIES} tries: the last one ${/^has /.test(why) ? why : `ended after ${partial.size} of ${what.facts.size ?? "?"} bytes (${why})`}`,
    partial.size > 0
      ? "try again: it goes on where it ended"
      : "try again later, or copy the model's files into a folder by other means",
  )
}

/** Adds what is missing. Rejects with Interrupted or DataError. */
const rest = async (
  partial: Partial,
  what: Downloading,
  hub: Hub,
  progress: (bytes: number, total: number | undefined) => void,
): Promise<void> => {
  const { id, commit, file, facts } = what
  const path = file.split("/").map(encodeURIComponent).join("/")
  const answer = await ask(`${hub.endpoint}/${id}/resolve/${commit}/${path}`, hub, partial.size)
  const { status } = answer
  if (status === 416) partial.empty()
  if (status === 416 || status >= 500) {
    answer.drop()
    throw new Interrupted(`status ${status}`)
  }
  if (status !== 200 && status !== 206) {
    answer.drop()
    throw refusal(answer, what, hub, file)
  }
  if (status === 200 || !continues(answer, partial.size)) partial.empty()
  if (status === 206 && partial.size === 0 && !continues(answer, 0)) {
    answer.drop()
    throw new Interrupted("the hub gave another part of the file than it was asked for")
  }
  partial.learn(saidBy(answer))
  const total = facts.size ?? lengthOf(answer, partial.size)
  progress(partial.size, total)
  for await (const piece of answer.body()) {
    partial.add(piece)
    if (facts.size !== undefined && partial.size > facts.size) return
    progress(partial.size, total)
  }
  if (total !== undefined && partial.size < total) throw new Interrupted("the connection ended")
}

/** The hub names large files by their sha256. */
const saidBy = ({ first }: Answer): FileFacts => {
  const sha256 = /^(?:W\/)?"([0-9a-f]{64})"$/.exec(first.get("x-linked-etag") ?? first.get("etag") ?? "")?.[1]
  return sha256 ? { sha256 } : {}
}

const continues = ({ headers }: Answer, from: number): boolean =>
  headers.get("content-range")?.startsWith(`bytes ${from}-`) ?? false

const lengthOf = ({ headers }: Answer, from: number): number | undefined => {
  const length = Number(headers.get("content-length") ?? Number.NaN)
  return Number.isNaN(length) ? undefined : from + length
}
