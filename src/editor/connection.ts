/**
 * JSON-RPC 2.0 over framed messages: one message is handled at a time, in the order in which they come, so that a request
 * sees the text as it was when it was made. A request that is taken back before its turn is not begun.
 */
import { framed, unframer } from "./framing.ts"

export interface Cancellation {
  /** The one who asked no longer wants to know. */
  readonly cancelled: boolean
}

type OnRequest = (params: never, cancellation: Cancellation) => unknown
type OnNotification = (params: never) => void

/** An expected refusal of a request, with the protocol's code. */
export class Refusal extends Error {
  override readonly name = "Refusal"
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

export const CODES = {
  parse: -32700,
  invalid: -32600,
  unknownMethod: -32601,
  params: -32602,
  internal: -32603,
  notInitialized: -32002,
  cancelled: -32800,
  failed: -32803,
} as const

interface Message {
  readonly id?: number | string | null
  readonly method?: string
  readonly params?: unknown
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly message: string }
}

export interface ConnectionOptions {
  readonly write: (bytes: Uint8Array) => void
  readonly requests: Readonly<Record<string, OnRequest>>
  readonly notifications: Readonly<Record<string, OnNotification>>
  /** Before every message; a refusal of a request may be thrown. */
  readonly before?: (method: string) => void
  /** Nothing waits to be handled. */
  readonly idle?: () => void
  /** Something failed that should not. */
  readonly failed: (error: unknown, method: string) => void
}

export interface Connection {
  /** Takes bytes as they come. Throws FramingError where they can't be followed. */
  readonly receive: (bytes: Uint8Array) => void
  /** Messages have come that are not handled yet. */
  readonly busy: () => boolean
  readonly notify: (method: string, params: unknown) => void
  readonly request: (method: string, params: unknown) => Promise<unknown>
}

export const connect = ({ write, requests, notifications, before, idle, failed }: ConnectionOptions): Connection => {
  const unframe = unframer()
  const waiting: Message[] = []
  const running = new Map<unknown, { cancelled: boolean }>()
  const asked = new Map<
    unknown,
    { readonly resolve: (result: unknown) => void; readonly reject: (error: Error) => void }
  >()
  let pumping = false
  let lastId = 0

  const send = (message: object) => write(framed({ jsonrpc: "2.0", ...message }))
  const refuse = (id: unknown, code: number, message: string) => send({ id, error: { code, message } })

  const pump = () => {
    const message = waiting.shift()
    if (message) handle(message)
    if (waiting.length > 0) setImmediate(pump)
    else {
      pumping = false
      idle?.()
    }
  }

  const handle = (message: Message): void => {
    const { id, method } = message
    if (method === undefined) answered(message)
    else if (id === undefined) heard(method, message.params)
    else void answer(id, method, message.params)
  }

  const answered = ({ id, result, error }: Message): void => {
    const waits = asked.get(id)
    asked.delete(id)
    if (error) waits?.reject(new Refusal(error.code, error.message))
    else waits?.resolve(result)
  }

  const heard = (method: string, params: unknown): void => {
    if (method === "$/cancelRequest") {
      const request = running.get((params as { id: unknown } | undefined)?.id)
      if (request) request.cancelled = true
      return
    }
    try {
      before?.(method)
      if (Object.hasOwn(notifications, method)) notifications[method](params as never)
    } catch (error) {
      if (!(error instanceof Refusal)) failed(error, method)
    }
  }

  const answer = async (id: unknown, method: string, params: unknown): Promise<void> => {
    const cancellation = { cancelled: waiting.some((later) => takesBack(later, id)) }
    if (cancellation.cancelled) return refuse(id, CODES.cancelled, "taken back")
    running.set(id, cancellation)
    try {
      before?.(method)
      if (!Object.hasOwn(requests, method)) throw new Refusal(CODES.unknownMethod, `there is no method ${method}`)
      const result = await requests[method](params as never, cancellation)
      if (cancellation.cancelled) refuse(id, CODES.cancelled, "taken back")
      else send({ id, result: result ?? null })
    } catch (error) {
      if (error instanceof Refusal) refuse(id, error.code, error.message)
      else {
        failed(error, method)
        refuse(id, CODES.internal, `${method} failed: ${error instanceof Error ? error.message : String(error)}`)
      }
    } finally {
      running.delete(id)
    }
  }

  return {
    receive: (bytes) => {
      for (const message of unframe(bytes)) {
        if (typeof message !== "object" || message === null) refuse(null, CODES.parse, "this is no JSON object")
        else waiting.push(message as Message)
      }
      if (pumping || waiting.length === 0) return
      pumping = true
      setImmediate(pump)
    },
    busy: () => pumping,
    notify: (method, params) => send({ method, params }),
    request: (method, params) =>
      new Promise((resolve, reject) => {
        const id = `l2r-${++lastId}`
        asked.set(id, { resolve, reject })
        send({ id, method, params })
      }),
  }
}

const takesBack = ({ method, params }: Message, id: unknown): boolean =>
  method === "$/cancelRequest" && (params as { id: unknown } | undefined)?.id === id
