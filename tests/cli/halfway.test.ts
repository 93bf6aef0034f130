/** `kill -9` in the middle of a training: the next start goes on from the last snapshot, and ends in the same bytes. */
import assert from "node:assert/strict"
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import type { RunEvent } from "../../src/run/events.ts"
import { type Place, placed, placeIn, start } from "./place.ts"

const examples = Array.from({ length: 40 }, (_, i) =>
  i % 2 === 0 ? (["sun ".repeat(20), "dry"] as const) : (["rain ".repeat(20), "wet"] as const),
)
const content = {
  spec: `language 1
backbone encoder = bert "tiny_bert" { max_tokens: 30 }
data words = jsonl "data"
stream one { tasks: words[first] }
adapter low_rank = lora { rank: 2, targets: [query], dropout: 0.1 }
train patient { epochs: 60, batch: 8, early_stop: validation }
experiment long { on: encoder, stream: one, adapters: low_rank, train: patient, bounds: [oracle], seeds: 1 }
`,
  tasks: { first: examples },
  files: {
    "data/first/validation.jsonl": `${examples
      .slice(0, 6)
      .map(([text, label]) => JSON.stringify({ text, label }))
      .join("\n")}\n`,
  },
}

const epochs = (events: readonly RunEvent[]): readonly number[] =>
  events.flatMap((event) => {
    const [, epoch] = (event.type === "progress" && /^epoch (\d+)/.exec(event.note ?? "")) || []
    return epoch === undefined ? [] : [Number(epoch)]
  })

const objects = ({ store }: Place): readonly string[] =>
  readdirSync(join(store, "objects"), { recursive: true }).map(String).sort()

test(
  "a training that was killed goes on from its last snapshot",
  { skip: process.platform === "win32" && "Windows has no signals" },
  () =>
    placed(content, async (place) => {
      const undisturbed = placeIn(place.folder, "undisturbed")
      assert.equal((await start(undisturbed).ended).code, 0)

      const killed = start(place, ["--snapshot-every", "0"])
      await killed.until((events) => epochs(events).some((epoch) => epoch > 12))
      killed.signal("SIGKILL")
      await killed.ended
      assert.ok(readdirSync(join(place.store, "halfway")).length > 0)

      const { code, events, said } = await start(place).ended
      assert.equal(code, 0, said)
      assert.ok(epochs(events)[0] > 8, `it went on at epoch ${epochs(events)[0]}`)
      assert.deepEqual(objects(place), objects(undisturbed))
      assert.deepEqual(existsSync(join(place.store, "halfway")) ? readdirSync(join(place.store, "halfway")) : [], [])
    }),
)
