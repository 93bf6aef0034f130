/** A run of a second or two with every kind of step, and what it left. */
import { resultsContent, storeContent } from "../kill/content.ts"
import type { Content, Place } from "./place.ts"

const weather = ["sun", "rain", "snow", "wind", "cloud", "storm"]
const kitchen = ["bread", "soup", "rice", "tea", "salt", "bake"]
const examples = (words: readonly string[], labels: readonly [string, string]) =>
  words.flatMap((word, i) =>
    [0, 1].map((more) => [`the ${word} is ${more ? "very good" : "not hot"}`, labels[i % 2]] as const),
  )

export const everyStep: Content = {
  spec: `language 1

backbone encoder = bert "tiny_bert" { max_tokens: 12 }
data words = jsonl "data"
stream both { tasks: words[weather, kitchen] }
memory few = random { per_class: 2 }
adapter low_rank = lora { rank: 2, targets: [query] }
grouping together = mbc { of: low_rank, clusters: 1 }
transfer ported = skip { of: low_rank, from: encoder, steps: 1 }
train brief { epochs: 1, batch: 4 }
router learnt = l2r { memory: few, epochs: 1 }
composition informed = fisher { memory: few, head: kept, examples: 2 }
memory some = random { per_task: 2 }
router prompted = learnt { memory: some }
memory dreamt = generated { per_task: 1, max_tokens: 8 }
strategy rehearsed = lfpt5 { memory: dreamt }
backbone writer = t5 "writer" { network: encoder_decoder }
stream answered { tasks: words[weather, kitchen], head: text, answers: { max_tokens: 3, beams: 2 } }
experiment all { on: encoder, stream: both, adapters: [low_rank, together, ported], train: brief, routers: learnt, compositions: informed, bounds: [uniform, sequential, frozen_class_centroid], seeds: 1 }
portability porting { transfers: ported, on: encoder, stream: both, train: brief, steps: [0, 1], against: permuted }
experiment told { on: writer, stream: answered, adapters: low_rank, train: brief, routers: prompted, bounds: [oracle, sequential, rehearsed], seeds: 1 }
pretraining made { family: moduleformer, size: { layers: 1, width: 8, heads: 2, intermediate: 4, experts: 2, vocabulary: 60, max_tokens: 12 }, texts: both, train: brief }
study reading { models: made, test: both, prune: 50% }
`,
  folders: { writer: "../../examples/05_answers/writer" },
  tasks: { weather: examples(weather, ["dry", "wet"]), kitchen: examples(kitchen, ["baked", "cooked"]) },
}

export const KINDS = [
  "dataset",
  "tokens",
  "blind",
  "truth",
  "memory",
  "module",
  "group",
  "retrained",
  "port",
  "portability",
  "shared",
  "features",
  "fit",
  "fisher",
  "compose",
  "encode",
  "head",
  "evaluate",
  "write",
  "generate",
  "scores",
  "vocabulary",
  "pretrain",
  "read",
  "study",
]

/** Timings aside, equal for equal runs. */
export const contentOf = ({ store, out }: Pick<Place, "store" | "out">) => ({
  ...storeContent(store),
  ...resultsContent(out),
})
