/** An exported encoder in jax-js, compiled by its `jit`, on texts of one length: what JavaScript has besides onnxruntime. */
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import type { Job, Run } from "./job.ts"

/** Where npm brought the packages, and the graph that `fixed_shape.py` wrote for a batch of texts. */
export interface Exported {
  readonly packages: string
  readonly graph: string
}

export const jax = async ({ texts, batch }: Job, { packages, graph }: Exported): Promise<Run> => {
  const { resolve } = createRequire(join(packages, "package.json"))
  const load = (name: string) => import(pathToFileURL(resolve(name)).href)
  const [{ ONNXModel }, { init, jit, numpy }] = [await load("@jax-js/onnx"), await load("@jax-js/jax")]
  await init()
  const run = jit(new ONNXModel(readFileSync(graph)).run)
  const length = texts[0].length
  const pass = async (some: Job["texts"]): Promise<void> => {
    const ids = numpy.array(Int32Array.from(some.flat()), { shape: [some.length, length], dtype: numpy.int32 })
    await run({ input_ids: ids }).hidden.data()
  }
  return async (times) => {
    for (let k = 0; k < times; k++)
      for (let at = 0; at < texts.length; at += batch) await pass(texts.slice(at, at + batch))
  }
}
