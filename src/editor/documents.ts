/** The texts that are open in the editor, with their versions. */
import { fileURLToPath, pathToFileURL } from "node:url"
import { changed, type Places, placesIn, type TextChange } from "./text.ts"

export interface Open {
  readonly uri: string
  readonly file: string
  readonly version: number
  readonly text: string
}

export class Documents {
  readonly #open = new Map<string, Open>()
  readonly #places = new WeakMap<Open, Places>()

  open(uri: string, version: number, text: string): Open {
    if (typeof uri !== "string" || typeof text !== "string") throw new TypeError("a document has a uri and a text")
    const document = { uri, file: fileOf(uri), version, text }
    this.#open.set(uri, document)
    return document
  }

  /** Nothing where it is not open: the editor should have said so. */
  change(uri: string, version: number, changes: readonly TextChange[]): Open | undefined {
    const before = this.#open.get(uri)
    return before && this.open(uri, version, changed(before.text, changes))
  }

  close(uri: string): void {
    this.#open.delete(uri)
  }

  get(uri: string): Open | undefined {
    return this.#open.get(uri)
  }

  all(): readonly Open[] {
    return [...this.#open.values()]
  }

  placesIn(document: Open): Places {
    const known = this.#places.get(document) ?? placesIn(document.text)
    this.#places.set(document, known)
    return known
  }
}

/** The path of a document; one that is no file yet is known by its whole name. */
export const fileOf = (uri: string): string => {
  try {
    return uri.startsWith("file:") ? fileURLToPath(uri) : uri
  } catch {
    return uri
  }
}

export const uriOf = (file: string): string =>
  /^[a-z][a-z0-9+.-]+:/i.test(file) && !/^[a-z]:[\\/]/i.test(file) ? file : pathToFileURL(file).href
