/** `l2r distil`: a small backbone from a teacher's sentence embeddings of a corpus. Teacher embeddings are kept, so that a second start goes on. */
import { createHash } from "node:crypto"
import { existsSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { distil, embeddings, type Recipe } from "../model/distil.ts"
import { trainWordPiece } from "../model/wordpiece.ts"
import {
  type Backbone,
  type BackboneSize,
  type Checkpoint,
  type Engine,
  type HostTensor,
  randomStream,
  readSafetensors,
  writeSafetensors,
} from "../plugin/index.ts"
import { makeFolder, writeWhole } from "./store/write.ts"

export interface Distillation {
  readonly engine: Engine
  readonly backbone: Backbone
  readonly teacher: Checkpoint
  readonly texts: readonly string[]
  readonly size: BackboneSize
  readonly recipe: Recipe
  readonly seed: number
  /** Folder for teacher embeddings. */
  readonly cache: string
  readonly say: (line: string) => void
}

export interface Distilled {
  readonly checkpoint: Checkpoint
  readonly texts: number
  readonly losses: Float64Array
}

export const distilBackbone = async ({
  engine,
  backbone,
  teacher,
  texts,
  size,
  recipe,
  seed,
  cache,
  say,
}: Distillation): Promise<Distilled> => {
  if (!backbone.create)
    throw new Error(`the backbone plugin ${backbone.name} can't be trained from nothing: it has no "create"`)
  const target = await cachedEmbeddings(engine, backbone, teacher, texts, cache, say)
  say(`training a vocabulary of ${size.vocabulary} pieces`)
  const tokenizer = trainWordPiece(texts, { size: size.vocabulary })
  const student = backbone.create(size, tokenizer, randomStream(seed, "distil", "weights"))
  const ids = backbone.tokenize(texts, student)
  say(
    `student: ${student.parameters} parameters; ${texts.length} texts of ${(ids.reduce((sum, { length }) => sum + length, 0) / ids.length).toFixed(1)} tokens`,
  )
  const started = performance.now()
  let recent = 0
  const losses = await distil(
    engine,
    backbone,
    student,
    ids,
    target,
    recipe,
    {
      projection: randomStream(seed, "distil", "projection"),
      order: randomStream(seed, "distil", "batches"),
      noise: randomStream(seed, "distil", "noise"),
    },
    (step, total, epoch, loss) => {
      recent += loss / 100
      if ((step + 1) % 100 > 0) return
      const seconds = (performance.now() - started) / 1000
      say(
        `step ${step + 1}/${total} epoch ${epoch + 1} loss ${recent.toFixed(4)} · ${seconds.toFixed(0)} s, ${((seconds / (step + 1)) * (total - step - 1)).toFixed(0)} s left`,
      )
      recent = 0
    },
  )
  return { checkpoint: student, texts: texts.length, losses }
}

const cachedEmbeddings = async (
  engine: Engine,
  backbone: Backbone,
  teacher: Checkpoint,
  texts: readonly string[],
  cache: string,
  say: (line: string) => void,
): Promise<HostTensor> => {
  const digest = createHash("sha256").update(teacher.digest).update(texts.join("\n")).digest("hex").slice(0, 24)
  const file = join(cache, `teacher-${digest}.safetensors`)
  if (existsSync(file)) return readSafetensors(readFileSync(file)).tensors.embeddings
  let told = 0
  const result = await embeddings(engine, backbone, teacher, backbone.tokenize(texts, teacher), (done) => {
    if (done - told < 0.02) return
    told = done
    say(`teacher embeddings ${(100 * done).toFixed(0)} %`)
  })
  makeFolder(resolve(cache))
  writeWhole(file, writeSafetensors({ embeddings: result }))
  return result
}
