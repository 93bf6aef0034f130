/**
 * The diagonal of a module's Fisher information on training texts of its task (Matena and Raffel 2022, arXiv 2111.09832):
 *   F = mean over texts x of  sum_y p(y|x) (d log p(y|x) / d theta)^2     `expected`
 *       mean over texts x of  (d log p(y*|x) / d theta)^2                 `given`: y* is the label of x
 * Gradients are squared text by text, so each text runs alone. Where texts are answered in words, log p is the mean
 * log-likelihood of the given answer's tokens.
 */
import type { Feeds } from "../../../model/batch.ts"
import { withGradients } from "../../../model/gradients.ts"
import { SHARED } from "../../../model/library.ts"
import { parameterFeeds } from "../../../model/optimise.ts"
import { initialsFor, trainable, trainedNames } from "../../../model/single.ts"
import type { StepOptions } from "../../../plan/options/step_options.ts"
import type { Artifact, StoredArray } from "../../../plan/step.ts"
import { exact, type HostTensor, randomStream } from "../../../plugin/index.ts"
import type { Perform, Work } from "../../work.ts"
import { answeredIn, host, labelledIn, libraryFrom, network } from "../given.ts"
import { answering, classifying } from "../training/objective.ts"

export const fisher: Perform = async (work) => {
  const { backbone, examples, labels, task, seed } = work.options as unknown as StepOptions["fisher"]
  const net = await network(work, backbone)
  const [{ adapter, options, head, sites: own }] = await libraryFrom(work, [work.input("module")])
  const all = new Map(
    Object.entries(work.input("module").arrays).map(([name, array]): [string, HostTensor] => [name, host(array)]),
  )
  // A module that was trained elsewhere may attach at some of its adapter's sites alone.
  const sites = SHARED in own ? net.checkpoint.sites : net.checkpoint.sites.filter(({ name }) => name in own)
  const taking = trainable(adapter, options, sites, { training: false }, all)
  const plain = { smoothing: 0 }
  const writes = head.b.data.length === 0
  const tokens = work.input("tokens")
  const objective = writes
    ? answering(net, taking, answeredIn(tokens, "train"), plain)
    : classifying(net, taking, labelledIn(tokens, "train"), all, plain)
  const names = trainedNames(initialsFor(adapter, options, sites))
  const program = withGradients(objective.loss, names)
  const values = new Map([...all].map(([name, { data }]) => [name, data as Float32Array]))
  const parameters = parameterFeeds(program, values)
  const sums = new Map(names.map((name) => [name, new Float64Array(values.get(name)!.length)]))
  const session = await (await work.engine()).compile(program)
  const order = randomStream(seed, "fisher", task).shuffle(Array.from({ length: objective.examples }, (_, i) => i))
  const texts = order.slice(0, examples)
  try {
    for (const [done, text] of texts.entries()) {
      for (const feeds of outcomes(objective.feeds(Int32Array.of(text)), labels, head.b.data.length)) {
        const outputs = await session.run({ ...feeds, ...parameters })
        const share = labels === "given" || writes ? 1 : exact.exponential(-Number(outputs.loss.data[0]))
        for (const [name, sum] of sums)
          (outputs[`gradient/${name}`].data as Float32Array).forEach((slope, k) => {
            sum[k] += (share * slope * slope) / texts.length
          })
      }
      report(work, done + 1, texts.length)
    }
  } finally {
    await session.release()
  }
  return {
    json: { task, examples: texts.length },
    arrays: Object.fromEntries(
      [...sums].map(([name, sum]): [string, StoredArray] => [
        name,
        { shape: all.get(name)!.shape, data: Float32Array.from(sum) },
      ]),
    ),
  } satisfies Artifact
}

/** One text with its own label, or with each label that it might have. */
const outcomes = (feeds: Feeds, labels: "expected" | "given", classes: number): readonly Feeds[] =>
  labels === "given" || classes === 0
    ? [feeds]
    : Array.from({ length: classes }, (_, c) => ({ ...feeds, labels: { shape: [1], data: Int32Array.of(c) } }))

const report = (work: Work, done: number, of: number): void => work.progress(done / of, `text ${done}/${of}`)
