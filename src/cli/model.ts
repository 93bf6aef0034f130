/** `l2r model inspect FOLDER`, an `.onnx` file, or a model of the hub: what a checkpoint is, and what may be attached to it. */
import type { ModelCard } from "../run/model_card/card.ts"
import { columns, count, listed } from "./columns.ts"
import { UsageError, type Verb } from "./verb.ts"

export default {
  summary: "say what a checkpoint is, and what may be attached to it",
  usage: "model inspect FOLDER|FILE.onnx|ORG/NAME [--revision REVISION] [--json]",
  words: [2, 2],
  flags: {
    revision: {
      type: "string",
      what: "of a model of the Hugging Face hub: a commit, a tag or a branch; main by default",
    },
    json: { type: "boolean", what: "everything, as JSON" },
  },
  run: async ([what, folder], { json, revision }) => {
    if (what !== "inspect") throw new UsageError(`model has one part, inspect, and no "${what}"`)
    const [{ modelCard }, { downloads }] = await Promise.all([
      import("../run/model_card/index.ts"),
      import("./downloads.ts"),
    ])
    const place = { directory: process.cwd(), onDownload: downloads(process.stderr) }
    const card = await modelCard(folder, place, typeof revision === "string" ? revision : undefined)
    process.stdout.write(json ? `${JSON.stringify(card, null, 2)}\n` : page(card))
    return 0
  },
} satisfies Verb

const page = ({ location, backbone, modelType, tokenizer, sites, adapters, digest, ...card }: ModelCard): string =>
  [
    location,
    ...columns([
      ["family", backbone ?? `none that ships reads model_type ${JSON.stringify(modelType)}`],
      ["shape", shapeText(card.shape)],
      ["parameters", `${count(card.parameters)}${backbone ? "" : " in all tensors"}`],
      ["weights", weightsText(card.weights)],
      ...(backbone !== "onnx" && card.weights.exports.length > 0
        ? [["exports", `${listed(card.weights.exports)}, which the backbone onnx reads`]]
        : []),
      ...(card.weights.unread.length > 0 ? [["not read", listed(card.weights.unread)]] : []),
      ["tokenizer", tokenizer ? `${tokenizer.kind}, ${count(tokenizer.pieces)} pieces` : "no vocabulary"],
      ["digest", digest],
    ]),
    ...(sites.length === 0 ? [] : ["", "Sites"]),
    ...columns(sites.map(({ role, kind, count: n, in: input, out }) => [role, kind, `${n} x`, `${input} -> ${out}`])),
    ...(adapters.length === 0 ? [] : ["", "Adapters, as they attach by default"]),
    ...columns(
      adapters.map(({ adapter, roles, sites: n, parameters, madeOfOthers }) =>
        madeOfOthers
          ? [adapter, "where the adapters of which it is made attach"]
          : n === 0
            ? [adapter, "no site"]
            : [
                adapter,
                `${count(n)} ${n === 1 ? "site" : "sites"}`,
                `${count(parameters)} parameters`,
                roles.join(", "),
              ],
      ),
    ),
    "",
  ].join("\n")

const shapeText = ({ layers, width, heads, intermediate, positions, vocabulary }: ModelCard["shape"]): string =>
  [
    [layers, "layers"],
    [width, "wide"],
    [heads, "heads"],
    [intermediate, "wide between (feed-forward)"],
    [positions, "positions"],
    [vocabulary, "tokens"],
  ]
    .filter(([value]) => value !== null)
    .map(([value, what]) => `${count(value as number)} ${what}`)
    .join(", ")

const weightsText = ({ files, tensors, bytes, types }: ModelCard["weights"]): string => {
  const kinds = Object.entries(types).map(([type, n]) => `${count(n)} ${type}`)
  return `${count(tensors)} tensors (${kinds.join(", ")}), ${count(bytes)} bytes in ${listed(files)}`
}
