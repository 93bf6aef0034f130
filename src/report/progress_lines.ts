/** The words of the live progress: a line for an event, a line for the whole, and the lines of the live block. */
import type { RunEvent } from "../run/events.ts"
import { duration } from "./number_text.ts"
import type { Running, RunState } from "./run_state.ts"
import { ink, oneLine, signs, type Terminal } from "./terminal.ts"
import { cut, textWidth } from "./text_width.ts"

/** Running steps shown; more are counted. */
const SHOWN = 8

/** The lines that stay: on a terminal without those of started steps, which the block shows. */
export function linesOf(
  event: RunEvent,
  state: RunState,
  running: Running | undefined,
  terminal: Terminal,
  live: boolean,
): string[] {
  const text = (line: string) => signs(terminal, line)
  const help = "help" in event && event.help !== undefined ? [`  ${oneLine(event.help)}`] : []
  switch (event.type) {
    case "planned":
      return [`${state.steps.size} steps: ${state.cached} in the store, ${state.planned} to run`]
    case "started":
      return live ? [] : [text(`started   ${oneLine(state.step(event.key).label)}`)]
    case "finished": {
      const label = oneLine(state.step(event.key).label)
      const note = running?.note ? `  ${oneLine(running.note)}` : ""
      const mark = live ? ink(terminal, "green", text("\u2713")) : "finished "
      return [`${mark} ${text(label)}  ${ink(terminal, "dim", duration(event.seconds) + text(note))}`]
    }
    case "warning": {
      const about = event.key === undefined ? "" : `${text(oneLine(state.step(event.key).label))}: `
      return [ink(terminal, "yellow", `warning   ${about}${oneLine(event.message)}`), ...help]
    }
    case "failed":
      return [
        ink(terminal, "red", `failed    ${text(oneLine(state.step(event.key).label))}: ${oneLine(event.message)}`),
        ...help,
      ]
    case "interrupted":
      return [
        ink(
          terminal,
          "yellow",
          `interrupted after ${state.finished} of ${state.planned} steps; finished steps are kept`,
        ),
      ]
    case "progress":
      return []
  }
}

export function plainProgress(state: RunState, key: string, now: number, terminal: Terminal): string {
  const running = state.running.get(key)
  const step =
    running === undefined ? "" : `  ${oneLine(running.step.label)}${running.note ? `  ${oneLine(running.note)}` : ""}`
  return signs(terminal, `progress  ${overall(state, now)}${step}`)
}

/** "42 %, 8 of 20 steps, 35.0 s, about 48.0 s left". */
function overall(state: RunState, now: number): string {
  const left = state.left(now)
  const steps = `${state.finished} of ${state.planned} steps`
  return [
    `${percent(state.share)}, ${steps}, ${duration(Math.round(state.elapsed(now)))}`,
    ...(left === undefined ? [] : [`about ${duration(Math.ceil(left))} left`]),
  ].join(", ")
}

const percent = (share: number): string => `${Math.floor(100 * share)} %`

/** The live block: a bar with the whole, then a line for each running step. No line is wider than the terminal. */
export function blockLines(state: RunState, now: number, terminal: Terminal): string[] {
  if (state.startedAt === undefined) return []
  const room = Math.max(10, terminal.columns - 1)
  const mark = signs(terminal, "\u2026")
  const whole = overall(state, now)
  const width = Math.min(24, Math.max(0, room - textWidth(whole) - 2))
  const filled = Math.round(width * state.share)
  const bar =
    signs(terminal, "\u2588".repeat(filled)) + ink(terminal, "dim", signs(terminal, "\u2591".repeat(width - filled)))
  const steps = [...state.running.values()]
  const lines = steps.slice(0, SHOWN).map(({ step, done, note }) => {
    const head = cut(signs(terminal, `${percent(done).padStart(5)}  ${oneLine(step.label)}`), room, mark)
    const rest = room - textWidth(head) - 2
    return rest > 3 && note !== ""
      ? `${head}  ${ink(terminal, "dim", cut(signs(terminal, oneLine(note)), rest, mark))}`
      : head
  })
  const more = steps.length > SHOWN ? [`       and ${steps.length - SHOWN} more`] : []
  return [width > 3 ? `${bar}  ${whole}` : cut(whole, room, mark), ...lines, ...more]
}
