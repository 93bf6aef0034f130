/** A whole spec with every kind of declaration, in the language of this version. */
export const example = `language 1

use "./my-router.ts" as mine                 # a plugin from a file

backbone encoder = bert "sentence-transformers/all-MiniLM-L6-v2" {
  max_tokens: 64
}

data intents = jsonl "data/banking77" {       # <dir>/<task>/{train,validation,test}.jsonl
  text:  text
  label: label
}

stream domains {
  tasks:    intents[t1, t2, t3, t4, t5]
  scenario: class_incremental
  orders:   [written]
}

memory few = random { per_class: 5 }

adapter low_rank   = lora       { rank: 8, alpha: 16, targets: [query, value] }
adapter bottleneck = bottleneck { reduction: 16, activation: gelu }

train fast { epochs: 5, batch: 16, learning_rate: 1e-3, head_learning_rate: 1e-2, early_stop: validation }

router learnt  = l2r        { relaxation: gumbel_sigmoid, aggregate: outputs, memory: few }
router merged  = learnt     { aggregate: parameters }          # a declaration can extend another
router spectral = arrow     { top_k: 4, temperature: 1 }
router nearest = similarity { statistic: class_gaussian, shrinkage: 0.1, statistics: memory }
router custom  = mine.router { }

experiment routing {
  on:       encoder
  stream:   domains
  adapters: [low_rank, bottleneck]
  train:    fast
  routers:  [learnt, merged, spectral, nearest, custom]
  bounds:   [oracle, uniform, per_task, sequential, multi_task]
  seeds:    1..3
  measure:  [accuracy, forgetting, backward_transfer, router_accuracy, cost]
  compare learnt against [nearest, spectral] on accuracy
}
`
