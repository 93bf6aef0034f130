/** The head in a PEFT folder: the file that l2r writes, or the `score` of a decoder; others read a state that ours do not. */
import type { Network } from "../../model/encoder.ts"
import type { Head } from "../../model/library.ts"
import { type Checkpoint, DataError, type HostTensor, writeSafetensors } from "../../plugin/index.ts"
import { HEAD, type PeftFolder } from "./folder.ts"
import { stored } from "./tensors.ts"

export interface HeadFound {
  readonly head?: Head
  readonly labels?: readonly string[]
  /** What the head reads, where the folder says it. */
  readonly pooling?: string
  /** Tensors of adapter_model.safetensors that became the head. */
  readonly taken: readonly string[]
  /** Tensors of heads that are not read. */
  readonly unread: readonly string[]
}

const SCORE = "base_model.model.score.weight"

/** Throws DataError where head.safetensors is no linear layer on this network's state. */
export const headIn = (folder: PeftFolder, { backbone, checkpoint }: Network): HeadFound => {
  const saved = folder.config.modules_to_save
  const names = Array.isArray(saved) ? saved : []
  const ofHeads = Object.keys(folder.tensors).filter((key) =>
    names.some((name) => `${key}.`.startsWith(`base_model.model.${name}.`)),
  )
  if (folder.head) return { ...written(folder, checkpoint.width), taken: [], unread: ofHeads }
  const score = folder.tensors[SCORE]
  const fits = ofHeads.join() === SCORE && score.shape[1] === checkpoint.width
  if (!fits || !backbone.nextToken || checkpoint.config.pooling !== "last") return { taken: [], unread: ofHeads }
  return { head: linear(score, new Float32Array(score.shape[0])), taken: [SCORE], unread: [] }
}

const written = ({ head, location }: PeftFolder, width: number): Pick<HeadFound, "head" | "labels" | "pooling"> => {
  const { tensors, metadata } = head as NonNullable<PeftFolder["head"]>
  const { weight, bias } = tensors
  if (weight?.shape.length !== 2 || weight.shape[1] !== width || bias?.shape[0] !== weight.shape[0])
    throw new DataError(
      `${HEAD} of "${location}" is no linear layer on a state ${width} wide: it needs weight [classes, ${width}] and bias [classes]`,
      "give the base model that the module was trained on, or copy the folder again",
    )
  const labels = metadata.labels === undefined ? undefined : labelsIn(metadata.labels, weight.shape[0], location)
  const { pooling } = metadata
  return { head: linear(weight, bias.data as Float32Array), ...(labels && { labels }), ...(pooling && { pooling }) }
}

/** The names of the classes. Throws DataError where they are not a text for each. */
const labelsIn = (written: string, classes: number, location: string): readonly string[] => {
  const wrong = new DataError(
    `${HEAD} of "${location}" has the labels ${written}, and the head ${classes} classes`,
    "its metadata `labels` is a JSON list with a name for each class, all different",
  )
  let labels: unknown
  try {
    labels = JSON.parse(written)
  } catch {
    throw wrong
  }
  if (!Array.isArray(labels) || labels.some((one) => typeof one !== "string")) throw wrong
  if (labels.length !== classes || new Set(labels).size !== classes) throw wrong
  return labels
}

/** The file that `headIn` reads: head.safetensors with what it reads and the names of its classes; none of what writes answers. */
export const headFile = (
  { W, b }: Head,
  { config }: Pick<Checkpoint, "config">,
  labels: readonly string[],
): Readonly<Record<string, Uint8Array>> =>
  b.data.length === 0
    ? {}
    : {
        [HEAD]: writeSafetensors(
          { weight: stored({ name: "weight", transposed: true }, W), bias: b },
          { metadata: { format: "pt", pooling: String(config.pooling), labels: JSON.stringify(labels) } },
        ),
      }

/** Of a torch.nn.Linear [classes, width]. */
const linear = ({ shape: [classes, width], data }: HostTensor, bias: Float32Array): Head => {
  const W = new Float32Array(data.length)
  for (let c = 0; c < classes; c++) for (let i = 0; i < width; i++) W[i * classes + c] = Number(data[c * width + i])
  return { W: { shape: [width, classes], data: W }, b: { shape: [classes], data: Float32Array.from(bias) } }
}
