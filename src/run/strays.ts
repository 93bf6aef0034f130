/** What is thrown outside of every promise that somebody waits for: in a timer, by a forgotten await. */

interface Global {
  readonly addEventListener?: (
    type: string,
    heard: (event: Event & { error?: unknown; reason?: unknown }) => void,
  ) => void
}

/** Hears of each, and keeps the thread alive. */
export const onStray = (heard: (cause: unknown) => void): void => {
  process.on("uncaughtException", heard)
  process.on("unhandledRejection", heard)
  // Deno ends the thread all the same, unless these events are taken.
  for (const type of ["error", "unhandledrejection"])
    (globalThis as Global).addEventListener?.(type, (event) => {
      event.preventDefault()
      heard(event.error ?? event.reason)
    })
}
