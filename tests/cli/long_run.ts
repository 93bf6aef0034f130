/** A run whose two module steps compute for minutes with onnxruntime: something to stop. */
import type { RunEvent } from "../../src/run/events.ts"
import type { Content } from "./place.ts"

interface Changes {
  readonly lines?: string
  readonly files?: Readonly<Record<string, string>>
  /** Examples of the second task: with few of them its step ends soon. */
  readonly second?: number
}

export const longRun = ({ lines = "", files = {}, second = 200 }: Changes = {}): Content => ({
  spec: `language 1

${lines}
backbone encoder = bert "tiny_bert" { max_tokens: 30 }
data words = jsonl "data"
stream both { tasks: words[first, second] }
adapter low_rank = lora { rank: 2, targets: [query] }
train patient { epochs: 1000, batch: 200 }
experiment long { on: encoder, stream: both, adapters: low_rank, train: patient, bounds: [oracle], seeds: 1 }
`,
  tasks: { first: examples(200), second: examples(second) },
  files,
})

const examples = (count: number) =>
  Array.from({ length: count }, (_, i) =>
    i % 2 === 0 ? (["sun ".repeat(28), "dry"] as const) : (["rain ".repeat(28), "wet"] as const),
  )

/** True once both modules train. */
export const bothTrain = (events: readonly RunEvent[]): boolean =>
  new Set(events.flatMap((event) => (event.type === "progress" && /^epoch/.test(event.note ?? "") ? [event.key] : [])))
    .size === 2
