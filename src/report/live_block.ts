/** Lines at the end of a terminal that are drawn again in place, at most ten times a second; other lines go above them. */

export interface LiveStream {
  write(text: string): unknown
}

const HIDE = "\u001b[?25l"
const SHOW = "\u001b[?25h"
/** To the start of the line, up `lines` lines, and clear to the end of the screen. */
const back = (lines: number) => `\r${lines > 0 ? `\u001b[${lines}A` : ""}\u001b[0J`

/** Seconds between two drawings. */
const EVERY = 0.1
/** Milliseconds after which the clock in the block moves on although no event came. */
const TICK = 1000

/** The cursor is hidden from the first drawing until `stop`, and shown again however the process exits. */
export class LiveBlock {
  private readonly stream: LiveStream
  private readonly lines: () => readonly string[]
  private readonly now: () => number
  private readonly restore = () => this.stop()
  private height = 0
  private drawn = Number.NEGATIVE_INFINITY
  private later: ReturnType<typeof setTimeout> | undefined
  private tick: ReturnType<typeof setInterval> | undefined
  private stopped = false

  constructor(stream: LiveStream, lines: () => readonly string[], now: () => number) {
    this.stream = stream
    this.lines = lines
    this.now = now
  }

  /** Draws now, or as soon as a tenth of a second has passed since the last time. */
  draw(): void {
    if (this.stopped) return
    const wait = EVERY - (this.now() - this.drawn)
    if (wait <= 0) {
      this.paint("")
      return
    }
    this.later ??= setTimeout(() => {
      this.later = undefined
      if (!this.stopped) this.paint("")
    }, wait * 1000)
    this.later.unref()
  }

  /** Prints lines that stay, above the block. */
  above(lines: readonly string[]): void {
    const text = lines.map((line) => `${line}\n`).join("")
    if (this.stopped) this.stream.write(text)
    else this.paint(text)
  }

  /** Removes the block. */
  stop(): void {
    if (this.stopped) return
    this.stopped = true
    clearTimeout(this.later)
    clearInterval(this.tick)
    process.removeListener("exit", this.restore)
    if (this.tick !== undefined) this.stream.write(back(this.height) + SHOW)
  }

  private paint(above: string): void {
    clearTimeout(this.later)
    this.later = undefined
    const first = this.tick === undefined
    if (first) this.begin()
    const lines = this.lines()
    this.stream.write((first ? HIDE : back(this.height)) + above + lines.map((line) => `${line}\n`).join(""))
    this.height = lines.length
    this.drawn = this.now()
  }

  private begin(): void {
    process.once("exit", this.restore)
    this.tick = setInterval(() => this.draw(), TICK)
    this.tick.unref()
  }
}
