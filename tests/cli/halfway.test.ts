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
const MODULE = `language 1
backbone encoder = bert "tiny_bert" { max_tokens: 30 }
data words = jsonl "data"
stream one { tasks: words[first] }
adapter low_rank = lora { rank: 2, targets: [query], dropout: 0.1 }
train patient { epochs: 60, batch: 8, early_stop: validation }
experiment long { on: encoder, stream: one, adapters: low_rank, train: patient, bounds: [oracle], seeds: 1 }
`

/** A language model that goes on from another with fresh experts, whose old ones are no parameters. */
const LANGUAGE_MODEL = `language 1
data words = jsonl "data"
stream one { tasks: words[first] }
train patient { epochs: 24, batch: 8 }
train brief = patient { epochs: 1 }
pretraining before { family: moduleformer, size: { layers: 1, width: 8, heads: 2, intermediate: 4, experts: 2, vocabulary: 60, max_tokens: 30 }, texts: one, train: brief }
pretraining grown { from: before, texts: one, train: patient, insert: 1, switch: 0.1 }
study reading { models: grown, test: one, prune: 50% }
`

const content = {
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

for (const [what, spec] of Object.entries({ "a training": MODULE, "the training of a language model": LANGUAGE_MODEL }))
  test(
    `${what} that was killed goes on from its last snapshot`,
    {
      skip:
        process.platform === "win32"
          ? "Windows has no signals"
          : spec === LANGUAGE_MODEL &&
            (process.versions.bun ?? process.versions.deno) !== undefined &&
            "snapshots are the same on each runtime: here of the other training",
    },
    () =>
      placed({ ...content, spec }, async (place) => {
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
