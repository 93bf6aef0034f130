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
  return {
    message,
    help: "this is unexpected: correct the plugin if the place is in it, else report it; L2R_DEBUG=1 shows the stack",
  }
}

/** Where our array language lies: who called it is nearer to what is wrong. */
const language = new URL("../tensor/", import.meta.url).pathname

/** "folder/file.ts:12:7" of the innermost frame that is no package, no part of the runtime and, if there is one, no part of the array language. */
const placeOf = (stack: string): string | undefined => {
  const frames = stack.split("\n").flatMap((line) => {
    const frame = /([^\s()]+\.[cm]?[jt]s):(\d+):(\d+)/.exec(line)
    return !frame || /node_modules|^node:|^ext:|^native/.test(frame[1]) ? [] : [frame]
  })
  const place = frames.find(([, file]) => !file.replaceAll("\\", "/").includes(language)) ?? frames[0]
  return place && `${place[1].split(/[\\/]/).slice(-2).join("/")}:${place[2]}:${place[3]}`
}
