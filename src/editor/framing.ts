/** Messages on a stream of bytes, as the language server protocol frames them: `Content-Length: N`, an empty line, N bytes of JSON in UTF-8. */

/** A header is short; more than this without its end is no header. */
const LONGEST_HEADER = 4096
const encoder = new TextEncoder()
const decoder = new TextDecoder()

export const framed = (message: unknown): Uint8Array => {
  const body = encoder.encode(JSON.stringify(message))
  const head = encoder.encode(`Content-Length: ${body.length}\r\n\r\n`)
  const whole = new Uint8Array(head.length + body.length)
  whole.set(head)
  whole.set(body, head.length)
  return whole
}

/** What came is no message: the stream can't be followed any further. */
export class FramingError extends Error {
  override readonly name = "FramingError"
}

/** Takes bytes as they come and gives the messages that are complete. A body that is no JSON comes as `undefined`. */
export const unframer = (): ((bytes: Uint8Array) => readonly unknown[]) => {
  let waiting = new Uint8Array(0)
  let length: number | undefined
  return (bytes) => {
    waiting = joined(waiting, bytes)
    const messages: unknown[] = []
    for (;;) {
      if (length === undefined) {
        const end = endOfHeader(waiting)
        if (end < 0) {
          if (waiting.length > LONGEST_HEADER) throw new FramingError("a header without an end")
          return messages
        }
        length = lengthIn(decoder.decode(waiting.subarray(0, end)))
        waiting = waiting.subarray(end + 4)
      }
      if (waiting.length < length) return messages
      messages.push(parsed(decoder.decode(waiting.subarray(0, length))))
      waiting = waiting.subarray(length)
      length = undefined
    }
  }
}

const joined = (a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> => {
  const whole = new Uint8Array(a.length + b.length)
  whole.set(a)
  whole.set(b, a.length)
  return whole
}

const endOfHeader = (bytes: Uint8Array): number => {
  for (let i = 0; i + 3 < bytes.length; i++)
    if (bytes[i] === 13 && bytes[i + 1] === 10 && bytes[i + 2] === 13 && bytes[i + 3] === 10) return i
  return -1
}

const lengthIn = (header: string): number => {
  const [, digits] = /^content-length:\s*(\d+)\s*$/im.exec(header) ?? []
  if (digits === undefined) throw new FramingError(`a header without a length: ${JSON.stringify(header.slice(0, 80))}`)
  return Number(digits)
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
