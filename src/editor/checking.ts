/** Diagnostics while someone types: of the newest version, once nothing else waits to be handled, and no faster than they can be made. */
import { clearTimeout, setTimeout } from "node:timers"
import type { Diagnostic } from "../../dsl/index.ts"
import { diagnosticOf } from "./converted.ts"
import { type Documents, type Open, uriOf } from "./documents.ts"
import { placesIn } from "./text.ts"
import type { World } from "./world.ts"

/** A check that takes longer than this is not repeated at once. */
const QUICK = 50

export interface Checking {
  /** The text of a document is another: its diagnostics are out of date. */
  readonly stale: (uri: string) => void
  /** Nothing else waits. */
  readonly idle: () => void
  readonly cleared: (uri: string) => void
  readonly close: () => void
}

export const checking = (
  documents: Documents,
  world: World,
  publish: (params: object) => void,
  refreshed: () => void,
  failed: (error: unknown) => void,
): Checking => {
  const stale = new Set<string>()
  const timers = new Map<string, ReturnType<typeof setTimeout>>()
  const took = new Map<string, number>()
  /** Files that are not open and have been told of, by the document that imports them. */
  const imported = new Map<string, ReadonlySet<string>>()

  const check = (uri: string): void => {
    timers.delete(uri)
    const open = documents.get(uri)
    if (!open) return
    const started = performance.now()
    const { diagnostics, texts } = world.document(open.file, open.text).checked
    for (const [file, text] of Object.entries(texts)) publishFile(file, text, open, diagnostics)
    took.set(uri, performance.now() - started)
    void learn(open)
  }

  /** Of an imported file that is open itself, its own check tells. */
  const publishFile = (file: string, text: string, open: Open, diagnostics: readonly Diagnostic[]): void => {
    const own = file === open.file
    const uri = own ? open.uri : uriOf(file)
    if (!own && (documents.get(uri) || text === "")) return
    const found = diagnostics.filter(({ span }) => span.file === file)
    const told = new Set(imported.get(open.uri))
    if (!own && found.length === 0 && !told.has(uri)) return
    if (!own) imported.set(open.uri, told.add(uri))
    const places = own ? documents.placesIn(open) : placesIn(text)
    publish({
      uri,
      ...(own && { version: open.version }),
      diagnostics: found.map((each) => diagnosticOf(each, places, uriOf)),
    })
  }

  /** What only plugins can tell comes later. */
  const learn = async ({ uri, file, text }: Open): Promise<void> => {
    try {
      if (!(await world.learn(file, text)) || !documents.get(uri)) return
      stale.add(uri)
      idle()
      refreshed()
    } catch (error) {
      failed(error)
    }
  }

  const idle = (): void => {
    for (const uri of stale) {
      stale.delete(uri)
      clearTimeout(timers.get(uri))
      const last = took.get(uri) ?? 0
      if (last <= QUICK) check(uri)
      else
        timers.set(
          uri,
          setTimeout(() => check(uri), Math.min(last, 500)),
        )
    }
  }

  return {
    stale: (uri) => {
      stale.add(uri)
      // What imports it may say something else now.
      for (const { uri: other, text } of documents.all()) if (/^[ \t]*import[ \t]*"/m.test(text)) stale.add(other)
    },
    idle,
    cleared: (uri) => {
      stale.delete(uri)
      clearTimeout(timers.get(uri))
      for (const each of [uri, ...(imported.get(uri) ?? [])]) publish({ uri: each, diagnostics: [] })
      imported.delete(uri)
    },
    close: () => {
      for (const timer of timers.values()) clearTimeout(timer)
    },
  }
}
