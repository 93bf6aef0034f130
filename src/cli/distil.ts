/** `l2r distil`: makes a small backbone from a teacher's sentence embeddings. Without further flags: the recipe of the one that ships. */
import { join } from "node:path"
import { writableFolder } from "./checkpoint_out.ts"
import { realNumber, wholeNumber } from "./numbers.ts"
import { quoted } from "./said.ts"
import { summaries } from "./summaries.ts"
import { UsageError, type Verb } from "./verb.ts"

const setting = (value: string, what: string) =>
  ({ type: "string", default: value, what: `${what}; ${value}` }) as const

export default {
  summary: summaries.distil,
  usage: "distil --teacher DIR --out DIR [--data PLUGIN[:LOCATION]] [settings]",
  words: [0, 0],
  flags: {
    teacher: { type: "string", what: "folder of the teacher's checkpoint" },
    out: { type: "string", what: "folder for the new checkpoint and its recipe.json" },
    replace: { type: "boolean", what: "overwrite a checkpoint that stands there" },
    data: setting("wordnet", "the data plugin whose texts it learns from"),
    backbone: setting("bert", "the backbone plugin of both checkpoints"),
    layers: setting("4", "blocks"),
    width: setting("192", "width of the hidden state"),
    heads: setting("6", "attention heads"),
    intermediate: setting("768", "width of the feed-forward layers"),
    vocabulary: setting("8192", "pieces of the vocabulary"),
    positions: setting("64", "most tokens of a text"),
    epochs: setting("3", "passes over the texts"),
    batch: setting("128", "texts in a step"),
    "learning-rate": setting("1e-3", "largest learning rate"),
    "pair-weight": setting("10", "weight of the similarities within a batch"),
    seed: setting("1", "seed of the weights, the order and the noise"),
    threads: setting("1", "threads of a matrix product; part of the result's last digits"),
    cache: setting(join(".l2r", "distil"), "folder for the teacher's embeddings, which a second start reads"),
  },
  run: async (_, flags) => {
    const whole = (flag: string, least = 1) => wholeNumber(flag, flags[flag], least) as number
    const size = {
      layers: whole("layers"),
      width: whole("width"),
      heads: whole("heads"),
      intermediate: whole("intermediate"),
      vocabulary: whole("vocabulary", 6),
      positions: whole("positions", 3),
    }
    const recipe = {
      epochs: whole("epochs"),
      batch: whole("batch", 2),
      learningRate: realNumber("learning-rate", flags["learning-rate"]),
      pairWeight: realNumber("pair-weight", flags["pair-weight"], 0),
    }
    const [seed, threads] = [whole("seed", 0), whole("threads")]
    if (typeof flags.teacher !== "string" || typeof flags.out !== "string")
      throw new UsageError("distil needs --teacher DIR and --out DIR")
    if (size.width % size.heads > 0)
      throw new UsageError(`--width ${size.width} is no multiple of --heads ${size.heads}`)
    const { teacher: location, out } = flags
    writableFolder(out, flags.replace === true)
    const [{ distilled }, { untilStopped }] = await Promise.all([
      import("./distilled.ts"),
      import("./until_stopped.ts"),
    ])
    const farewell = () =>
      `stopped. Embeddings of the teacher that were finished are in ${flags.cache}; the same command reads them and trains the student anew:\n  l2r ${process.argv.slice(2).map(quoted).join(" ")}\n`
    const { parameters, loss, files } = await untilStopped(farewell, () =>
      distilled({
        location,
        out,
        data: String(flags.data),
        plugin: String(flags.backbone),
        size,
        recipe,
        seed,
        threads,
        cache: String(flags.cache),
      }),
    )
    process.stdout.write(`${parameters} parameters, loss ${loss.toFixed(4)}: ${files.join(", ")} in ${out}\n`)
    return 0
  },
} satisfies Verb
