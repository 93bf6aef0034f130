/**
 * Ours beside an independent PyTorch implementation: the same JSON Lines, settings and rows; means over seeds, row by row.
 *
 *   node tests/bench/reference/side_by_side.ts --python PY --reference FOLDER --model FOLDER --streams wordnet,FOLDER [--help]
 *
 * `--recorded` takes what the reference printed from `recorded/` where a run of the same name is kept there (hours of PyTorch), and records
 * what it has to run.
 *
 * Fails where a row is missing on either side, or where means differ by more than the bound. Finished runs are kept in the cache.
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { machine } from "../../../src/run/machine.ts"
import { pairsFor, unpaired } from "./rows.ts"
import { drawnMemory, runOurs, runReference, type Scores } from "./runs.ts"
import { settings } from "./settings.ts"
import { type Experiment, specText } from "./spec.ts"
import { prepare } from "./streams.ts"
import { compare, type Line, markdown } from "./table.ts"

const chosen = settings(process.argv.slice(2))
if (chosen) {
  mkdirSync(chosen.cache, { recursive: true })
  const parts: string[] = []
  const problems: string[] = []
  for (const name of chosen.streams) {
    const stream = await prepare(name, chosen.caps, chosen.cache)
    for (const adapter of chosen.adapters) {
      const { seeds, epochs, fitEpochs, model, cache } = chosen
      const joint = !chosen.withoutJoint.includes(name)
      const experiment = (seed: number): Experiment => ({
        backbone: model,
        data: stream.folder,
        tasks: stream.tasks,
        adapter,
        seed,
        memory: drawnMemory(chosen.python, stream.folder, seed, cache),
        epochs,
        fitEpochs,
        joint,
      })
      const label = `${stream.name}, ${adapter}: ${stream.tasks.length} tasks, ${stream.train} training and ${stream.test} test texts, ${epochs} epochs, ${fitEpochs} over the memory, seeds ${seeds.join(", ")}`
      const kept = join(
        chosen.recorded ? join(import.meta.dirname, "recorded") : join(cache, "reference_runs"),
        `${stream.name}-${adapter}-${chosen.caps.train}-${chosen.caps.test}-${epochs}-${fitEpochs}${joint ? "" : "-without-joint"}`,
      )
      mkdirSync(kept, { recursive: true })
      console.error(label)
      const reference = new Map<number, ReadonlyMap<string, Scores>>()
      const ours = new Map<number, ReadonlyMap<string, Scores>>()
      for (const seed of seeds) {
        const theirs = runReference(chosen, experiment(seed), join(kept, `seed-${seed}.jsonl`))
        const own = runOurs(
          specText(experiment(seed)),
          join(cache, "ours", `${stream.name}-${adapter}-${seed}`),
          join(cache, "store"),
          chosen.workers,
        )
        reference.set(seed, theirs.rows)
        ours.set(seed, own.rows)
        console.error(
          `  seed ${seed}: reference ${Number.isNaN(theirs.seconds) ? "ended early" : `${theirs.seconds.toFixed(0)} s`}, ours ${own.seconds.toFixed(0)} s (what the store had was not repeated)`,
        )
        problems.push(
          ...unpaired(adapter, theirs.rows.keys(), own.rows.keys(), { joint, judgedOnly: true }).map(
            (problem) => `${stream.name}, ${adapter}, seed ${seed}: ${problem}`,
          ),
        )
      }
      const lines = compare(adapter, ours, reference)
      problems.push(
        ...lines
          .filter(({ verdict }) => verdict === "outside")
          .map((line) => `${stream.name}, ${adapter}: ${sentence(line)}`),
      )
      parts.push(markdown(label, lines))
      console.log(parts.at(-1))
    }
  }
  if (chosen.table) writeFileSync(chosen.table, page(parts, chosen.note))
  for (const problem of problems) console.error(problem)
  process.exitCode = problems.length > 0 ? 1 : 0
}

function sentence({ pair, column, ours, reference, difference }: Line): string {
  return `${pair.reference}, ${column}: ours ${ours.toFixed(1)}, reference ${reference.toFixed(1)}, ${difference.toFixed(1)} apart (bound ${pair.within})`
}

function page(parts: readonly string[], note?: string): string {
  const { model: processor, cores } = machine()
  const reasons = pairsFor("lora").flatMap(({ reference, differs }) => (differs ? [`- ${reference}: ${differs}.`] : []))
  return `# Ours beside a PyTorch implementation

Written by \`tests/bench/reference/side_by_side.ts\` on ${processor} (${cores} cores). Both programs read the same JSON Lines on all-MiniLM-L6-v2,
with the same settings (\`spec.ts\`); accuracies in percent after the last task, macro over tasks, means over seeds. Both remember the same examples
(those that the reference draws); initial values, batch orders and noise come from different generators, so rows agree up to the noise of seeds. Bounds: 1.5 points for the oracle, 2 for the others.

Rows whose definitions do not coincide:

${reasons.join("\n")}

They are printed where both programs computed them for all seeds, and not judged.

Gaussians over all training data: the reference adds 1e-3 I to a covariance pooled over all examples; ours shrinks the mean over tasks of the mean class
covariance, with s chosen so that both are the same where classes are of equal size.
${note ? `\n${note}\n` : ""}
${parts.join("\n")}`
}
