/**
 * Live progress of a run. On a terminal a block that is redrawn in place (`live_block.ts`): what runs now with its step
 * loss, the share done by estimated seconds, the time left. Elsewhere plain lines: one per started and finished step,
 * and at most one about progress in five seconds.
 */
import type { RunEvent } from "../run/events.ts"
import { LiveBlock } from "./live_block.ts"
import { blockLines, linesOf, plainProgress } from "./progress_lines.ts"
import { RunState } from "./run_state.ts"
import { type TerminalStream, terminalOf } from "./terminal.ts"

export interface ProgressStream extends TerminalStream {
  write(text: string): unknown
}

export interface ProgressOptions {
  /** For NO_COLOR and TERM; the process's own where left out. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** A clock in seconds. */
  readonly now?: () => number
}

export interface Progress {
  /** Shows an event; never throws for one that is out of order. */
  readonly handle: (event: RunEvent) => void
  /** Takes the live block away and restores the cursor. More than one call does no harm. */
  readonly stop: () => void
}

/** Seconds between two plain lines about progress. */
const PLAIN_EVERY = 5

export function progress(stream: ProgressStream, options: ProgressOptions = {}): Progress {
  const now = options.now ?? (() => performance.now() / 1000)
  const env = options.env ?? process.env
  const state = new RunState()
  const live = stream.isTTY === true && env.TERM !== "dumb"
  const terminal = () => terminalOf(stream, env)
  const block = live ? new LiveBlock(stream, () => blockLines(state, now(), terminal()), now) : undefined
  let said = Number.NEGATIVE_INFINITY
  const print = (lines: readonly string[]) =>
    block ? block.above(lines) : lines.forEach((line) => stream.write(`${line}\n`))

  function handle(event: RunEvent): void {
    const running = "key" in event && event.key !== undefined ? state.running.get(event.key) : undefined
    state.apply(event, now())
    if (event.type === "progress") {
      const due = !block && now() - said >= PLAIN_EVERY && state.running.has(event.key)
      if (due) print([plainProgress(state, event.key, now(), terminal())])
      if (due) said = now()
    } else {
      const lines = linesOf(event, state, running, terminal(), live)
      if (lines.length > 0) print(lines)
    }
    block?.draw()
    if (event.type === "interrupted") stop()
  }
  const stop = () => block?.stop()
  return { handle, stop }
}
