/** What comes from the network, on standard error: one line a file, which counts up where a terminal shows it. */
import type { Download } from "../plugin/data.ts"

interface Sink {
  readonly isTTY?: boolean
  readonly write: (text: string) => unknown
}

/** Milliseconds between two states of a line. */
const INTERVAL = 200

export const downloads = (sink: Sink): ((news: Download) => void) => {
  const { isTTY = false } = sink
  const write = (text: string) => sink.write(text)
  let line = ""
  let last = 0
  return (news) => {
    if ("commit" in news) {
      const { model, revision, commit } = news
      if (line && isTTY) write("\n")
      line = ""
      const pin =
        revision === commit ? "" : `: ${revision} is the commit ${commit}\n  revision: "${commit}" keeps it from moving`
      write(`${model} is downloaded${pin}\n`)
      return
    }
    const { model, file, bytes, total } = news
    const next = `downloading ${file} of ${model}`
    if (!isTTY) {
      if (next !== line) write(`${next}${total === undefined ? "" : `, ${size(total)}`}\n`)
    } else if (next !== line || bytes === total || Date.now() - last >= INTERVAL) {
      last = Date.now()
      write(
        `${line && next !== line ? "\n" : "\r"}${next} ${size(bytes)}${total === undefined ? "" : ` of ${size(total)}`}\u001b[K`,
      )
    }
    line = next
  }
}

const size = (bytes: number): string =>
  bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
