/**
 * Logits of texts that come to be remembered, taken in passing: under the model as it stands before it is trained on them, with the
 * classes that have come before them.
 */
import { parameterFeeds } from "../../../../model/differentiate.ts"
import { forwardAll } from "../../../../model/evaluate.ts"
import type { Snapshot } from "../../../../model/halfway.ts"
import type { StoredArray } from "../../../../plan/step.ts"
import { program } from "../../../../plugin/index.ts"
import type { Work } from "../../../work.ts"
import { headOf } from "../strategy/joint_head.ts"
import type { ToTrain } from "../strategy/objective.ts"
import { onesAt, type Recorded, type RecordedRow, takenBack } from "../strategy/recorded.ts"
import type { Along } from "./texts.ts"

/** `values` are those of the training, as they change. */
export const inPassing = async (
  work: Work,
  to: ToTrain,
  { texts, kept, before, until, seen }: Along,
  values: ReadonlyMap<string, Float32Array>,
) => {
  const { head, start } = to
  const forward = program({ logits: headOf(to, head, start).logits })
  const session = await (await work.engine()).compile(forward)
  const all = new Map([...start].map(([name, { data }]) => [name, values.get(name) ?? (data as Float32Array)]))
  const classes = start.get("head/b")!.data.length
  const rows = new Map<number, RecordedRow>()
  let known = 0
  const recorded: Recorded = {
    of: (item) => (item < texts.newest ? undefined : rows.get((item - texts.newest) % texts.remembered)),
    arrays: {},
  }
  return {
    recorded,
    before: async (step: number): Promise<void> => {
      if (known >= until(step)) return
      const [from, to] = [before(step), until(step)]
      const entering = [...kept(to)].filter((place) => place >= from)
      const back = kept(to).find((place) => place < from && !rows.has(place))
      if (back !== undefined) throw takenBack(`text ${back} of the sequence`)
      const met = onesAt(seen(from), classes)
      const feeds = parameterFeeds(forward, all)
      const of = entering.map((place) => texts.texts[place])
      const { logits } =
        of.length > 0 ? await forwardAll({ session, texts: of, extra: () => feeds }) : { logits: undefined }
      entering.forEach((place, i) => {
        const data = (logits!.data as Float32Array).slice(i * classes, (i + 1) * classes)
        rows.set(place, { logits: data, seen: met })
      })
      known = to
    },
    halfway: {
      take: (): Snapshot => ({
        "passing/known": { shape: [1], data: Float64Array.of(known) },
        "passing/places": { shape: [rows.size], data: Int32Array.from(rows.keys()) },
        "passing/logits": flat([...rows.values()].map(({ logits }) => logits)),
        "passing/seen": flat([...rows.values()].map((row) => row.seen)),
      }),
      give: (snapshot: Snapshot): void => {
        known = Number(snapshot["passing/known"].data[0])
        const row = (kind: string, i: number) =>
          (snapshot[`passing/${kind}`].data as Float32Array).slice(i * classes, (i + 1) * classes)
        for (const [i, place] of (snapshot["passing/places"].data as Int32Array).entries())
          rows.set(place, { logits: row("logits", i), seen: row("seen", i) })
      },
    },
    /** What the memory holds of it. */
    arrays: (places: Int32Array): Readonly<Record<string, StoredArray>> => {
      const { data } = flat(Array.from(places, (place) => rows.get(place)!.logits))
      return { "recorded/logits": { shape: [places.length, classes], data: data as Float32Array } }
    },
    release: session.release,
  }
}

const flat = (rows: readonly Float32Array[]) => {
  const data = Float32Array.from(rows.flatMap((row) => [...row]))
  return { shape: [data.length], data }
}
