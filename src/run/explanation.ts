/** An error as a person can act on it: a message without stack trace, and what to do. */

export interface Explanation {
  readonly message: string
  readonly help: string
}

/** Set to 1, stack traces follow the messages. */
const debugging = (): boolean => process.env.L2R_DEBUG === "1"

/** Errors with a `help` are expected and speak for themselves; others get the place where they were thrown. */
export const explained = (cause: unknown): Explanation => {
  const error = cause instanceof Error ? cause : new Error(String(cause))
  const stack = debugging() && error.stack ? `\n${error.stack}` : ""
  const { help } = error as { help?: unknown }
  if (typeof help === "string") return { message: error.message + stack, help }
  const place = placeOf(error.stack ?? "")
  const message = `${error.message || error.name}${place ? ` (thrown at ${place})` : ""}${stack}`
  return { message, help: "this is unexpected: correct the plugin if the place is in it, else report it; L2R_DEBUG=1 shows the stack" }
}

/** "folder/file.ts:12:7" of the innermost frame that is no package and no part of the runtime. */
const placeOf = (stack: string): string | undefined => {
  for (const line of stack.split("\n")) {
    const frame = /([^\s()]+\.[cm]?[jt]s):(\d+):(\d+)/.exec(line)
    if (!frame || /node_modules|^node:|^ext:|^native/.test(frame[1])) continue
    return `${frame[1].split(/[\\/]/).slice(-2).join("/")}:${frame[2]}:${frame[3]}`
  }
  return undefined
}
