/**
 * The reference's experiment in our language.
 *
 * Its Gaussians over all training data add 1e-3 I to a covariance S; ours shrink, (1-s) S + s tr(S)/d I. Both rank the same where
 * s = 1e-3 / (1e-3 + tr(S)/d). For MiniLM's mean-pooled states tr(S)/d is 0.061 around task means and 0.033 around class
 * means (banking77; a layer norm fixes their size for other texts too), which gives the two numbers below.
 * The reference's S is pooled over all examples, ours is the mean over tasks of the mean class covariance: equal where classes are of equal size.
 */
import { fileURLToPath } from "node:url"
import type { AdapterName } from "./rows.ts"

export const SHRINKAGE = { task: 0.016, class: 0.029 } as const

export interface Experiment {
  readonly backbone: string
  readonly data: string
  /** In the order in which they arrive. */
  readonly tasks: readonly string[]
  readonly adapter: AdapterName
  readonly seed: number
  /** File that names the examples that the reference remembers with this seed. */
  readonly memory: string
  /** Passes over a task's training texts, and over the memory. */
  readonly epochs: number
  readonly fitEpochs: number
  /** With the bounds that train one module for all tasks; so where absent. */
  readonly joint?: boolean
}

const ADAPTER: Readonly<Record<AdapterName, string>> = {
  lora: "lora { rank: 8, alpha: 16, targets: [query, value] }",
  bottleneck: "bottleneck { reduction: 16, activation: relu, place: pfeiffer }",
}

export const specText = ({
  backbone,
  data,
  tasks,
  adapter,
  seed,
  memory,
  epochs,
  fitEpochs,
  joint = true,
}: Experiment): string => `language 1

use ${JSON.stringify(fileURLToPath(new URL("./same_memory.ts", import.meta.url)))} as same

backbone encoder = bert ${JSON.stringify(backbone)} { max_tokens: 64, pooling: mean }
data texts = jsonl ${JSON.stringify(data)}
stream arriving {
  tasks:    texts[${tasks.map((task) => JSON.stringify(task)).join(", ")}]
  scenario: class_incremental
}
memory few = same.drawn { file: ${JSON.stringify(memory)} }
adapter module = ${ADAPTER[adapter]}
train reference {
  epochs: ${epochs}, batch: 32, learning_rate: 1e-3, head_learning_rate: 1e-2
  weight_decay: 0.01, schedule: linear, warm_up: 0, early_stop: none
}

router task_centroid         = similarity { statistic: task_centroid, statistics: train }
router task_gaussian         = similarity { statistic: task_gaussian, statistics: train, shrinkage: ${SHRINKAGE.task} }
router class_gaussian        = similarity { statistic: class_gaussian, statistics: train, shrinkage: ${SHRINKAGE.class} }
router class_centroid_memory = similarity { statistic: class_centroid, statistics: memory, memory: few }
router class_gaussian_memory = similarity { statistic: class_gaussian, statistics: memory, shrinkage: 0.5, memory: few }
${adapter === "lora" ? `router spectral              = arrow { top_k: 4, temperature: 1, mix: outer, memory: few, epochs: ${fitEpochs} }\n` : ""}router gumbel_outputs        = l2r {
  relaxation: gumbel_sigmoid, temperature: 1, normalise: sum, aggregate: outputs, scope: per_layer, query: mean_masked
  head: both, memory: few, epochs: ${fitEpochs}, batch: 32, learning_rate: 1e-2, head_learning_rate: 1e-2
}
router gumbel_parameters     = gumbel_outputs { aggregate: parameters }
router softmax_outputs       = gumbel_outputs { relaxation: softmax }
router softmax_parameters    = softmax_outputs { aggregate: parameters }
router base_model            = base_model { head: both, memory: few, epochs: ${fitEpochs} }
router uniform               = uniform { head: both, memory: few, epochs: ${fitEpochs} }

probe frozen_gaussian        = frozen_class_gaussian { statistics: train, shrinkage: ${SHRINKAGE.class} }
probe frozen_centroid_memory = frozen_class_centroid { statistics: memory }
probe frozen_gaussian_memory = frozen_class_gaussian { statistics: memory, shrinkage: 0.5 }

experiment reference_rows {
  on:       encoder
  stream:   arriving
  adapters: module
  train:    reference
  routers:  [
    task_centroid, task_gaussian, class_gaussian, class_centroid_memory, class_gaussian_memory,
    ${adapter === "lora" ? "spectral, " : ""}gumbel_outputs, gumbel_parameters, softmax_outputs, softmax_parameters
  ]
  bounds:   [base_model, uniform, oracle, max_confidence, frozen_gaussian, frozen_centroid_memory, frozen_gaussian_memory${joint ? ", multi_task, sequential" : ""}]
  seeds:    [${seed}]
}
`
