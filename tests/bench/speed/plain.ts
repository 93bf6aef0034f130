/** onnxruntime by itself: an exported encoder without adapters, padded batches in the order of the texts, as its users run it. */
import { join } from "node:path"
import type { Job, Run } from "./job.ts"

export const plain = async (job: Job): Promise<Run> => {
  const { InferenceSession, Tensor } = await import("onnxruntime-node")
  const session = await InferenceSession.create(join(job.model, "model.onnx"), {
    intraOpNumThreads: job.threads,
    interOpNumThreads: 1,
  })
  const pass = async (texts: Job["texts"]): Promise<void> => {
    const longest = texts.reduce((most, text) => Math.max(most, text.length), 1)
    const whole = (valueAt: (text: readonly number[], place: number) => number) =>
      new Tensor(
        "int64",
        BigInt64Array.from({ length: texts.length * longest }, (_, i) =>
          BigInt(valueAt(texts[Math.floor(i / longest)], i % longest)),
        ),
        [texts.length, longest],
      )
    await session.run({
      input_ids: whole((text, place) => text[place] ?? 0),
      attention_mask: whole((text, place) => (place < text.length ? 1 : 0)),
      token_type_ids: whole(() => 0),
    })
  }
  return async (times) => {
    for (let k = 0; k < times; k++)
      for (let at = 0; at < job.texts.length; at += job.batch) await pass(job.texts.slice(at, at + job.batch))
  }
}
