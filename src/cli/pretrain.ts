/** `l2r pretrain SPEC`: trains a language model that a spec declares, unless the store has it, and writes it as a checkpoint. */
import type { Spec } from "../../dsl/index.ts"
import { progress } from "../report/index.ts"
import { SourceError } from "../source.ts"
import { checkedSpec, failed } from "./checked.ts"
import { writableFolder } from "./checkpoint_out.ts"
import { known } from "./known.ts"
import { wholeNumber } from "./numbers.ts"
import { places } from "./places.ts"
import { quoted, saidFlags, saidIn } from "./said.ts"
import { summaries } from "./summaries.ts"
import { UsageError, type Verb } from "./verb.ts"

const { set } = saidFlags

export default {
  summary: summaries.pretrain,
  usage: "pretrain SPEC [--model NAME] [--seed N] --out DIR [--replace] [--store DIR] [--set PATH=VALUE]",
  words: [1, 1],
  flags: {
    model: { type: "string", what: "the pretraining, where the spec has several" },
    seed: { type: "string", default: "1", what: "seed of the weights and the order of the texts; 1" },
    out: { type: "string", what: "folder for the checkpoint and its recipe.json" },
    replace: { type: "boolean", what: "overwrite a checkpoint that stands there" },
    ...places,
    set,
  },
  run: async ([file], flags) => {
    const { out } = flags
    if (typeof out !== "string") throw new UsageError("pretrain needs a folder to write to: --out DIR")
    const seed = wholeNumber("seed", flags.seed, 0) as number
    const { source, spec } = await checkedSpec(file, saidIn(flags))
    if (!spec) return 1
    const name = chosenModel(spec, file, flags.model)
    writableFolder(out, flags.replace === true)
    const [{ compute, modelPlan }, { untilStopped }, { modelFiles }, { writeFiles }] = await Promise.all([
      import("../compile.ts"),
      import("./until_stopped.ts"),
      import("../run/model_files.ts"),
      import("../run/export.ts"),
    ])
    const store = String(flags.store)
    const shown = progress(process.stderr)
    const farewell = () => {
      shown.stop()
      return `stopped. What was finished is in ${store}; the same command goes on from there:\n  l2r ${process.argv.slice(2).map(quoted).join(" ")}\n`
    }
    try {
      return await untilStopped(farewell, async (settle) => {
        const planned = await modelPlan(spec, name, seed, source)
        await settle(compute(planned, { store, onEvent: (event) => shown.handle(event) }))
        shown.stop()
        const { files, parameters, loss } = modelFiles(planned, { name, seed, store })
        const { folder } = writeFiles(files, out, { replace: flags.replace === true })
        process.stdout.write(
          `${name}, seed ${seed}: ${parameters} parameters, loss ${loss.toFixed(4)}: ${[...files.keys()].join(", ")} in ${folder}\n`,
        )
        return 0
      })
    } catch (error) {
      return await failed(error, source)
    } finally {
      shown.stop()
    }
  },
} satisfies Verb

/** Throws SourceError or UsageError. */
const chosenModel = ({ pretrainings }: Spec, file: string, wanted: unknown): string => {
  const names = Object.keys(pretrainings)
  if (names.length === 0)
    throw new SourceError(
      `${file} has no pretraining`,
      "add `pretraining NAME { family: moduleformer, texts: ..., train: ... }`; `l2r explain pretraining` says more",
    )
  if (wanted === undefined && names.length === 1) return names[0]
  if (wanted === undefined) throw new UsageError(`there are several models; name one with --model: ${names.join(", ")}`)
  if (!names.includes(String(wanted))) throw new UsageError(known("model", String(wanted), names))
  return String(wanted)
}
