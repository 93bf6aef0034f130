/** `l2r module`: trained modules as folders that Hugging Face's PEFT, its transformers or an ONNX runtime reads, what a folder of PEFT holds, and which modules are alike. */
import type { PeftCard } from "../run/peft/card.ts"
import type { FromStore } from "../run/peft/trained.ts"
import { atPlace, checkedSpec } from "./checked.ts"
import { columns, count, listed } from "./columns.ts"
import { planFlags } from "./extent.ts"
import { known } from "./known.ts"
import { chosenModule } from "./module_names.ts"
import { wholeNumber } from "./numbers.ts"
import { places } from "./places.ts"
import { saidFlags, saidIn } from "./said.ts"
import { similar } from "./similar.ts"
import { type Flags, UsageError, type Verb } from "./verb.ts"

export default {
  summary:
    "write a trained module for PEFT, as ONNX or folded into its backbone, say what a PEFT folder holds, or list the modules that are like one",
  usage:
    "module export SPEC TASK [--adapter NAME] [--seed N] [--to peft|onnx|safetensors] --out DIR [--with-head] [--as-inputs] [--replace]\n       l2r module inspect DIR [--model FOLDER] [--json]\n       l2r module similar SPEC TASK|--folder DIR [--adapter NAME] [--seed N] [--json]",
  words: [2, 3],
  flags: {
    adapter: { type: "string", what: "the adapter, where the spec has several" },
    seed: { type: "string", what: "the seed, where the spec has several" },
    to: {
      type: "string",
      default: "peft",
      what: "peft: the module alone; onnx: with its backbone, as @huggingface/transformers reads it; safetensors: folded into the weights of its backbone",
    },
    out: { type: "string", what: "folder for the files" },
    "with-head": {
      type: "boolean",
      what: "for a base model that is loaded with a head (AutoModelForCausalLM) instead of without (AutoModel)",
    },
    "as-inputs": {
      type: "boolean",
      what: "of an ONNX graph: the module's arrays are inputs of it and lie beside it, so that it serves every module of the adapter",
    },
    replace: { type: "boolean", what: "overwrite files that hold something else" },
    model: { type: "string", what: "the base model, a folder or one of the hub: the module is put on it" },
    folder: {
      type: "string",
      what: "a module that was trained elsewhere, in PEFT's form: the modules that are like it",
    },
    json: { type: "boolean", what: "everything, as JSON" },
    ...places,
    ...saidFlags,
  },
  run: async ([what, place, task], flags) => {
    if (what === "inspect" && task === undefined) return inspect(place, flags)
    if (what === "similar") return similar(place, task, flags)
    if (what === "export" && task !== undefined) return exported(place, task, flags)
    throw new UsageError(
      what === "export"
        ? "module export needs a spec and a task"
        : `module has three parts, export, inspect DIR and similar`,
    )
  },
} satisfies Verb

const exported = async (file: string, task: string, flags: Flags): Promise<number> => {
  const { out } = flags
  if (typeof out !== "string") throw new UsageError("module export needs a folder to write to: --out DIR")
  const as = Object.hasOwn(FORMS, String(flags.to)) ? FORMS[String(flags.to)] : undefined
  if (!as) throw new UsageError(known("form", String(flags.to), Object.keys(FORMS)))
  for (const [flag, form] of [
    ["with-head", "peft"],
    ["as-inputs", "onnx"],
  ] as const)
    if (flags[flag] === true && flags.to !== form) throw new UsageError(`--${flag} goes with --to ${form} alone`)
  const seed = wholeNumber("seed", flags.seed, 0)
  const { source, spec } = await checkedSpec(file, saidIn(flags))
  if (!spec) return 1
  const [{ plan }, { modulesOf, trainedModule }, { writeFiles }] = await Promise.all([
    import("../planned.ts"),
    import("../run/peft/trained.ts"),
    import("../run/export.ts"),
  ])
  try {
    const all = modulesOf(await plan(spec, source, planFlags(flags)))
    const [name, step] = chosenModule(all, task, flags.adapter, seed)
    const files = await as(await trainedModule(step, name, String(flags.store)), flags)
    const { folder } = writeFiles(files, out, { replace: flags.replace === true })
    process.stdout.write(
      `${name.task}, ${name.adapter}, seed ${name.seed}: ${[...files.keys()].join(", ")} in ${folder}\n`,
    )
    return 0
  } catch (error) {
    const rest = atPlace(error, source)
    if (rest !== undefined) throw rest
    return 1
  }
}

type Files = ReadonlyMap<string, string | Uint8Array>

/** The files of a module by their path below the folder. */
const FORMS: Readonly<Record<string, (found: FromStore, flags: Flags) => Promise<Files>>> = {
  peft: async ({ network, module, base, labels }, flags) => {
    const { peftFiles } = await import("../run/peft/write.ts")
    const withHead = flags["with-head"] === true
    return new Map(Object.entries(peftFiles(network, module, { base, labels, withHead })))
  },
  onnx: async ({ network, module, labels, chosen }, flags) => {
    const [{ onnxFiles }, { sourceFolder }, encoding] = await Promise.all([
      import("../run/onnx/files.ts"),
      import("../run/onnx/source_folder.ts"),
      import("../../plugins/backends/onnxruntime/encode.ts"),
    ])
    const source = await sourceFolder(chosen)
    return onnxFiles(network, module, encoding, {
      labels,
      asInputs: flags["as-inputs"] === true,
      ...(source !== undefined && { source }),
    })
  },
  safetensors: async (found) => {
    const { foldedFiles } = await import("../run/folded/files.ts")
    return new Map(Object.entries(await foldedFiles(found)))
  },
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
