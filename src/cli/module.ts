/** `l2r module`: trained modules as folders that Hugging Face's PEFT reads, and what such a folder holds. */
import type { PeftCard } from "../run/peft/card.ts"
import { atPlace, checkedSpec } from "./checked.ts"
import { columns, count, listed } from "./columns.ts"
import { planFlags } from "./extent.ts"
import { known } from "./known.ts"
import { wholeNumber } from "./numbers.ts"
import { places } from "./places.ts"
import { saidFlags, saidIn } from "./said.ts"
import { type Flags, UsageError, type Verb } from "./verb.ts"

export default {
  summary: "write a trained module as a PEFT folder, or say what such a folder holds",
  usage:
    "module export SPEC TASK [--adapter NAME] [--seed N] --out DIR [--with-head] [--replace]\n       l2r module inspect DIR [--model FOLDER] [--json]",
  words: [2, 3],
  flags: {
    adapter: { type: "string", what: "the adapter, where the spec has several" },
    seed: { type: "string", what: "the seed, where the spec has several" },
    out: { type: "string", what: "folder for adapter_config.json, adapter_model.safetensors and head.safetensors" },
    "with-head": {
      type: "boolean",
      what: "for a base model that is loaded with a head (AutoModelForCausalLM) instead of without (AutoModel)",
    },
    replace: { type: "boolean", what: "overwrite files that hold something else" },
    model: { type: "string", what: "the base model, a folder or one of the hub: the module is put on it" },
    json: { type: "boolean", what: "everything, as JSON" },
    ...places,
    ...saidFlags,
  },
  run: async ([what, place, task], flags) => {
    if (what === "inspect" && task === undefined) return inspect(place, flags)
    if (what === "export" && task !== undefined) return exported(place, task, flags)
    throw new UsageError(
      what === "export" ? "module export needs a spec and a task" : `module has two parts, export and inspect DIR`,
    )
  },
} satisfies Verb

const exported = async (file: string, task: string, flags: Flags): Promise<number> => {
  const { out } = flags
  if (typeof out !== "string") throw new UsageError("module export needs a folder to write to: --out DIR")
  const seed = wholeNumber("seed", flags.seed, 0)
  const { source, spec } = await checkedSpec(file, saidIn(flags))
  if (!spec) return 1
  const [{ plan }, { modulesOf, trainedModule }, { peftFiles }, { writeFiles }] = await Promise.all([
    import("../compile.ts"),
    import("../run/peft/trained.ts"),
    import("../run/peft/write.ts"),
    import("../run/export.ts"),
  ])
  try {
    const all = modulesOf(await plan(spec, source, planFlags(flags)))
    const [name, step] = only(
      narrowed(narrowed(narrowed(all, "task", task), "adapter", flags.adapter), "seed", seed),
      task,
    )
    const { network, module, labels, base } = await trainedModule(step, name, String(flags.store))
    const files = peftFiles(network, module, { base, labels, withHead: flags["with-head"] === true })
    const { folder } = writeFiles(new Map(Object.entries(files)), out, { replace: flags.replace === true })
    process.stdout.write(
      `${name.task}, ${name.adapter}, seed ${name.seed}: ${Object.keys(files).join(", ")} in ${folder}\n`,
    )
    return 0
  } catch (error) {
    const rest = atPlace(error, source)
    if (rest !== undefined) throw rest
    return 1
  }
}

type Named<S> = readonly (readonly [{ readonly task: string; readonly adapter: string; readonly seed: number }, S])[]

/** Those of one task, adapter or seed. Throws UsageError where there is none. */
const narrowed = <S>(all: Named<S>, of: "task" | "adapter" | "seed", wanted: unknown): Named<S> => {
  if (wanted === undefined) return all
  const found = all.filter(([name]) => name[of] === wanted)
  if (found.length > 0) return found
  throw new UsageError(known(of, String(wanted), [...new Set(all.map(([name]) => String(name[of])))]))
}

/** Throws UsageError where several are left. */
const only = <S>(left: Named<S>, task: string): Named<S>[number] => {
  if (left.length === 1) return left[0]
  for (const of of ["adapter", "seed"] as const) {
    const values = new Set(left.map(([name]) => name[of]))
    if (values.size > 1)
      throw new UsageError(`there are several modules of "${task}"; name one with --${of}: ${[...values].join(", ")}`)
  }
  throw new UsageError(`several experiments train the module of "${task}" differently; name one with --only`)
}

const inspect = async (folder: string, { model, json }: Flags): Promise<number> => {
  const [{ peftCard }, { downloads }] = await Promise.all([import("../run/peft/card.ts"), import("./downloads.ts")])
  const place = { directory: process.cwd(), onDownload: downloads(process.stderr) }
  const card = await peftCard(folder, place, typeof model === "string" ? model : undefined)
  process.stdout.write(json ? `${JSON.stringify(card, null, 2)}\n` : page(card))
  return 0
}

const page = ({ location, type, adapter, base, parameters, tensors, fits }: PeftCard): string =>
  [
    location,
    ...columns([
      ["type", `${type}: the adapter ${adapter}`],
      ["base model", base ?? "not named"],
      ["parameters", count(parameters)],
      ...(fits
        ? [
            ["fits", `${fits.model}, ${fits.backbone}: every tensor is read`],
            ["options", optionsText(fits.options)],
            ["sites", listed(fits.sites)],
            [
              "head",
              fits.classes === null
                ? "none that is read"
                : `${fits.classes} classes${fits.labels ? `: ${fits.labels.join(", ")}` : ""}`,
            ],
            ...(fits.unread.length > 0 ? [["not read", listed(fits.unread)]] : []),
          ]
        : [["fits", "name the folder of the base model with --model, and the module is put on it"]]),
    ]),
    "",
    "Tensors",
    ...columns(tensors.map(({ name, shape, count: n }) => [name, `${n} x`, `[${shape.join(", ")}]`])),
    "",
  ].join("\n")

const optionsText = (options: unknown): string =>
  Object.entries(options as Readonly<Record<string, unknown>>)
    .map(([name, value]) => `${name}: ${Array.isArray(value) ? `[${value.join(", ")}]` : value}`)
    .join(", ")
