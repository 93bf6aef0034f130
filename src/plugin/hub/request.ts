/** One question to the hub: redirects are followed by hand, so that the token stays with the hub and no connection waits for ever. */
import { clearTimeout, setTimeout } from "node:timers"
import type { Hub } from "./settings.ts"

/** The connection failed, or ended before it should: worth another try. */
export class Interrupted extends Error {
  override readonly name = "Interrupted"
}

export interface Answer {
  readonly status: number
  /** Of the last address. */
  readonly headers: Headers
  /** Of the hub itself, which knows the digest of what lies elsewhere. */
  readonly first: Headers
  /** Piece by piece. Rejects with Interrupted. */
  readonly body: () => AsyncGenerator<Uint8Array>
  /** Closes the connection without reading on. */
  readonly drop: () => void
}

const REDIRECTS = 10

/** Rejects with Interrupted where there is no answer. */
export const ask = async (url: string, hub: Hub, range?: number): Promise<Answer> => {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), hub.patience)
  const silent = () => new Interrupted(`no answer within ${hub.patience / 1000} s`)
  let first: Headers | undefined
  try {
    for (let at = new URL(url), hops = 0; ; hops++) {
      const response = await fetch(at, {
        headers: headers(at, hub, range),
        redirect: "manual",
        signal: controller.signal,
      })
      first ??= response.headers
      timer.refresh()
      const next = response.headers.get("location")
      if (response.status < 300 || response.status >= 400 || next === null)
        return {
          status: response.status,
          headers: response.headers,
          first,
          ...stream(response, controller, timer, silent),
        }
      await response.body?.cancel()
      if (hops === REDIRECTS) throw new Interrupted(`${url} redirects more than ${REDIRECTS} times`)
      at = new URL(next, at)
    }
  } catch (error) {
    clearTimeout(timer)
    throw controller.signal.aborted ? silent() : interrupted(error)
  }
}

const headers = (at: URL, { endpoint, token }: Hub, range: number | undefined): Record<string, string> => ({
  "user-agent": "l2r",
  "accept-encoding": "identity",
  ...(token && at.origin === new URL(endpoint).origin ? { authorization: `Bearer ${token}` } : {}),
  ...(range ? { range: `bytes=${range}-` } : {}),
})

const stream = (
  response: Response,
  controller: AbortController,
  timer: ReturnType<typeof setTimeout>,
  silent: () => Interrupted,
): Pick<Answer, "body" | "drop"> => ({
  async *body() {
    try {
      for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
        timer.refresh()
        yield piece
        timer.refresh()
      }
    } catch (error) {
      throw controller.signal.aborted ? silent() : interrupted(error)
    } finally {
      clearTimeout(timer)
    }
  },
  drop: () => {
    clearTimeout(timer)
    controller.abort()
  },
})

/** The three runtimes say in different places why a connection failed. */
const interrupted = (error: unknown): Interrupted => {
  if (error instanceof Interrupted) return error
  const { message, code, cause } = error as Error & {
    readonly code?: string
    readonly cause?: Error & { code?: string }
  }
  return new Interrupted(cause?.code ?? cause?.message ?? code ?? message)
}
