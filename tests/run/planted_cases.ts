/**
 * Planted libraries in which one kind of gate alone can be right: of a text as a whole, of each layer, of each token.
 *
 * `example`: what says the task stands in other tokens than those that must be read by its module, and no site sees two tokens
 *   at once; a gate that reads one token cannot know. The modules are those of planted_network.ts, at the values.
 * `layer`: a text of task t needs module t in the lower block and module t + 1 in the upper one.
 * `token`: a text holds as many tokens of its task t as of another, s; each needs its own task's module.
 * In the last two a token (t, c) says class c. The right module writes class c, any other writes class c + 1, half as strong again. With
 * any gates alpha of the text for all its layers or tokens, c gets alpha_t + alpha_s and c + 1 gets 1.5 (2 sum alpha - alpha_t - alpha_s),
 * which is more. Negative gates write a third class. All tasks write the same classes: accuracies are those within tasks.
 */
import type { Network } from "../../src/model/encoder.ts"
import type { Artifact } from "../../src/plan/step.ts"
import { type RandomStream, randomStream } from "../../src/plugin/index.ts"
import {
  CLASSES,
  CLS,
  matrix,
  plantedModuleAt,
  plantedNetwork,
  plantedTask,
  SEP,
  TASKS,
  WIDTH,
} from "./planted_network.ts"
import type { LabelledIds, SmallTask } from "./steps/small_stream.ts"

export type Kind = "example" | "layer" | "token"

export interface Planted {
  readonly network: () => Promise<Network>
  readonly modules: readonly Artifact[]
  readonly tasks: readonly SmallTask[]
  readonly accuracy: "classIncremental" | "taskIncremental"
}

const WORDS = 9
const mark = (t: number) => t
const said = (t: number, c: number) => TASKS + t * CLASSES + c
const classAxis = (c: number) => TASKS * (1 + CLASSES) + c
/** Written by every module on its own mark, read by no head. */
const NEUTRAL = TASKS * (1 + CLASSES) + CLASSES
const saidId = (t: number, c: number) => 2 + t * CLASSES + c
const wordId = (w: number) => 2 + TASKS * CLASSES + w

const each = Array.from({ length: TASKS }, (_, t) => t)
const classes = Array.from({ length: CLASSES }, (_, c) => c)

const axes = new Map<number, readonly number[]>([
  ...each.flatMap((t) => classes.map((c) => [saidId(t, c), [mark(t), said(t, c)]] as const)),
  ...Array.from({ length: WORDS }, (_, w) => [wordId(w), [NEUTRAL + 1 + w]] as const),
])

/** A low-rank update that is right for tokens of one task. Its first singular direction is the task's mark. */
const rightFor = (task: number, size: number) => {
  const inputs = [mark(task), ...each.flatMap((t) => classes.map((c) => said(t, c)))]
  const writes = (t: number, c: number, axis: number): number =>
    t === task ? Number(axis === classAxis(c)) : axis === classAxis((c + 1) % CLASSES) ? 1.5 : 0
  return {
    A: matrix(WIDTH, inputs.length, (axis, r) => (axis === inputs[r] ? 1 : 0)),
    B: matrix(
      inputs.length,
      WIDTH,
      (r, axis) =>
        size *
        (r === 0 ? Number(axis === NEUTRAL) * 4 : writes(Math.floor((r - 1) / CLASSES), (r - 1) % CLASSES, axis)),
    ),
  }
}

/** Module t with, at each site, the update that is right for some task. */
const moduleOf = (
  t: number,
  target: "value" | "attention_output",
  sites: Readonly<Record<string, number>>,
): Artifact => {
  const rank = 1 + TASKS * CLASSES
  return {
    json: {
      task: `task ${t}`,
      adapter: { plugin: "lora", options: { rank, alpha: rank, dropout: 0, targets: [target] } },
    },
    arrays: {
      ...Object.fromEntries(
        Object.entries(sites).flatMap(([site, task]) =>
          Object.entries(rightFor(task, 0.3)).map(([name, array]) => [`${site}/${name}`, array]),
        ),
      ),
      "head/W": matrix(WIDTH, CLASSES, (axis, c) => (axis === classAxis(c) ? 4 : 0)),
      "head/b": { shape: [CLASSES], data: new Float32Array(CLASSES) },
    },
  }
}

/** Texts of a task; `tokens` are those that say the class. */
const taskOf = (t: number, tokens: (random: RandomStream, c: number) => readonly number[]): SmallTask => {
  const random = randomStream(3, "planted cases", t)
  const text = (i: number): LabelledIds => {
    const c = i % CLASSES
    const words = Array.from({ length: 1 + random.below(4) }, () => wordId(random.below(WORDS)))
    return { ids: [CLS, ...random.shuffle([...tokens(random, c), ...words]), SEP], label: c }
  }
  return {
    classes: CLASSES,
    train: Array.from({ length: 30 }, (_, i) => text(i)),
    test: Array.from({ length: 24 }, (_, i) => text(i)),
  }
}

const repeated = (id: number, times: number): readonly number[] => Array.from({ length: times }, () => id)

export const planted: Readonly<Record<Kind, Planted>> = {
  example: {
    network: () => plantedNetwork({ layers: 1, value: 1, output: 1 }),
    modules: each.map((t) => plantedModuleAt(t, "value")),
    tasks: each.map(plantedTask),
    accuracy: "classIncremental",
  },
  layer: {
    network: () => plantedNetwork({ layers: 2, value: 3, output: 0 }, axes),
    modules: each.map((t) =>
      moduleOf(t, "attention_output", {
        "layer.0.attention.output": t,
        "layer.1.attention.output": (t + TASKS - 1) % TASKS,
      }),
    ),
    tasks: each.map((t) => taskOf(t, (_, c) => repeated(saidId(t, c), 3))),
    accuracy: "taskIncremental",
  },
  token: {
    network: () => plantedNetwork({ layers: 1, value: 1, output: 1 }, axes),
    modules: each.map((t) => moduleOf(t, "value", { "layer.0.attention.value": t })),
    tasks: each.map((t) =>
      taskOf(t, (random, c) => [
        ...repeated(saidId(t, c), 2),
        ...repeated(saidId((t + 1 + random.below(TASKS - 1)) % TASKS, c), 2),
      ]),
    ),
    accuracy: "taskIncremental",
  },
}
