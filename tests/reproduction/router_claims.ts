/** What L2R and Arrow claim of routers on the same modules: `claims.ts`. */
import type { Claim, Side } from "./claim.ts"

const L2R = "L2R (arXiv 2408.09053)"
const ARROW = "Arrow (arXiv 2405.11157)"
const BENCHMARKS = "MTL5, WOS, AfriSenti"
const BOTH = ["low_rank", "narrow"] as const
const STREAMS = ["glosses", "banking77", "hwu64", "mtl5"] as const

const kept = (row: string, experiment: Side["experiment"] = "routing"): Side => ({ experiment, row, head: "kept" })
const learnt = kept("learnt")

const beats = (id: string, right: string, says: string): Claim => ({
  id,
  paper: L2R,
  says,
  claimedOn: BENCHMARKS,
  evidence: "S",
  left: learnt,
  right: kept(right),
  on: STREAMS,
  adapters: BOTH,
  margin: 1,
})

export const ROUTER_CLAIMS: readonly Claim[] = [
  beats("C1 EPI, memory", "epi_memory", "learnt routing against selection by class Gaussians of the same memory"),
  beats(
    "C1 EPI, all data",
    "epi",
    "learnt routing against selection by class Gaussians of all training data (EPI as published)",
  ),
  beats("C1 DAM, memory", "dam_memory", "learnt routing against DAM with centroids of the same memory"),
  beats(
    "C1 DAM, all data",
    "dam_full",
    "learnt routing against DAM with centroids of all training data (as published)",
  ),
  beats("C1 MoCL", "keys", "learnt routing against MoCL's keys, learnt on the same memory"),
  {
    ...beats("C1 EPI, refit", "epi", "learnt routing with refitted heads against EPI as published"),
    left: { experiment: "routing", row: "learnt", head: "refit" },
  },
  {
    ...beats(
      "C2 softmax",
      "softmax_gates",
      "Gumbel-sigmoid gates against a softmax; by much where tasks are of near domains",
    ),
    nearDomainMargin: 5,
  },
  {
    ...beats(
      "C2 sigmoid",
      "sigmoid_gates",
      "the part of the noise: Gumbel-sigmoid gates against a sigmoid without noise",
    ),
    evidence: "A",
    nearDomainMargin: 5,
  },
  {
    ...beats(
      "C2 Gumbel-softmax",
      "gumbel_softmax",
      "the part of the sum: Gumbel-sigmoid gates against a softmax with noise",
    ),
    evidence: "A",
    nearDomainMargin: 5,
  },
  beats("C3", "merged", "the weighted average of outputs against merged parameters (factors apart on LoRA)"),
  {
    ...beats("C4", "learnt", "modules trained in isolation against modules trained with the earlier ones at work"),
    evidence: "V",
    right: kept("learnt", "unisolated"),
  },
  {
    ...beats("C5 small memory", "learnt_sized[sized.per_class=20]", "L2R on 5 examples a class against L2R on 20"),
    left: kept("learnt_sized[sized.per_class=5]", "memories"),
    right: kept("learnt_sized[sized.per_class=20]", "memories"),
    adapters: ["low_rank"],
  },
  {
    ...beats("C5 DAM's memory", "dam_sized[sized.per_class=5]", "DAM gains from more samples: 20 a class against 5"),
    left: kept("dam_sized[sized.per_class=20]", "memories"),
    right: kept("dam_sized[sized.per_class=5]", "memories"),
    adapters: ["low_rank"],
  },
  {
    id: "Arrow, uniform",
    paper: ARROW,
    says: "zero-shot routing by singular directions against uniform gates",
    claimedOn: "FLAN tasks, phi-2 and Mistral-7B",
    evidence: "M",
    left: kept("spectral"),
    right: kept("uniform"),
    on: STREAMS,
    adapters: ["low_rank"],
    margin: 1,
  },
  {
    id: "Arrow, oracle",
    paper: ARROW,
    says: "zero-shot routing comes near the oracle's choice of the module",
    claimedOn: "FLAN tasks, phi-2 and Mistral-7B",
    evidence: "M",
    left: kept("spectral"),
    right: kept("oracle"),
    on: STREAMS,
    adapters: ["low_rank"],
    margin: 1,
  },
]
