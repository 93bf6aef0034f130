/** An error as a person can act on it: a message without stack trace, and what to do. */
import { described } from "../plugin/described.ts"

export interface Explanation {
  readonly message: string
  readonly help: string
}

/** Set to 1, stack traces follow the messages. */
const debugging = (): boolean => process.env.L2R_DEBUG === "1"

/** Errors with a `help`, and those of a formula, are expected and speak for themselves; others get the place where they were thrown. */
export const explained = (cause: unknown): Explanation => {
  const error = asError(cause)
  const stack = debugging() && error.stack ? `\n${error.stack}` : ""
  const { help, advice } = error as { help?: unknown; advice?: unknown }
  if (typeof help === "string") return { message: error.message + stack, help }
  if (typeof advice === "string") {
    const place = framesOf(error).find(({ file }) => !file.includes(OURS))
    const what = error.message.replace(`; ${advice}`, "")
    return { message: `${what}${thrownAt(place)}${stack}`, help: `${advice}` }
  }
  const frames = framesOf(error)
  if (error instanceof RangeError && TOO_LARGE.test(error.message))
    return {
      message: `more numbers are asked for at once than memory can hold: ${error.message}${thrownAt(frames[0])}${stack}`,
      help: "ask for less: look for a very large number of steps, texts, experts or sizes in the spec, or in what the plugin says",
    }
  return {
    message: `${error.message || error.name}${thrownAt(frames.find(({ file }) => !file.includes(LANGUAGE)) ?? frames[0])}${stack}`,
    help: "this is unexpected: correct the plugin if the place is in it, else report it; L2R_DEBUG=1 shows the stack",
  }
}

/** What V8 and JavaScriptCore say of arrays that are too large. */
const TOO_LARGE = /allocation failed|invalid (typed )?array (length|buffer)|out of memory|too large/i

/** What was thrown as an Error; of anything else nobody knows where it was thrown. */
export const asError = (cause: unknown): Error =>
  cause instanceof Error ? cause : Object.assign(new Error(`${described(cause)} was thrown, no Error`), { stack: "" })

/** Where l2r lies; who called it is nearer to what is wrong with a formula. */
const OURS = new URL("../", import.meta.url).pathname
const LANGUAGE = new URL("../tensor/", import.meta.url).pathname

interface Frame {
  readonly file: string
  /** "folder/file.ts:12:7" */
  readonly place: string
}

/** Frames of the stack, the innermost first, without those of packages and of the runtime. */
const framesOf = ({ stack = "" }: Error): readonly Frame[] =>
  stack.split("\n").flatMap((line) => {
    const frame = /([^\s()]+\.[cm]?[jt]s):(\d+):(\d+)/.exec(line)
    if (!frame || /node_modules|^node:|^ext:|^native/.test(frame[1])) return []
    const file = frame[1].replaceAll("\\", "/")
    return [{ file, place: `${file.split("/").slice(-2).join("/")}:${frame[2]}:${frame[3]}` }]
  })

const thrownAt = (frame: Frame | undefined): string => (frame ? ` (thrown at ${frame.place})` : "")
