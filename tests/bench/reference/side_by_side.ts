/**
 * Ours beside an independent PyTorch implementation: the same JSON Lines, settings and rows; means over seeds, row by row.
 *
 *   node tests/bench/reference/side_by_side.ts --python PY --reference FOLDER --model FOLDER --streams wordnet,FOLDER [--help]
 *
 * Fails where a row is missing on either side, or where means differ by more than the bound. Finished runs are kept in the cache.
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { machine } from "../../../src/run/machine.ts"
import { pairsFor, unpaired } from "./rows.ts"
import { runOurs, runReference, type Scores } from "./runs.ts"
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
      const experiment: Experiment = {
        backbone: model,
        data: stream.folder,
        tasks: stream.tasks,
        adapter,
        seeds,
        epochs,
        fitEpochs,
      }
      const label = `${stream.name}, ${adapter}: ${stream.tasks.length} tasks, ${stream.train} training and ${stream.test} test texts, ${epochs} epochs, ${fitEpochs} over the memory, seeds ${seeds.join(", ")}`
      const kept = join(
        cache,
        "reference_runs",
        `${stream.name}-${adapter}-${chosen.caps.train}-${chosen.caps.test}-${epochs}-${fitEpochs}`,
      )
      mkdirSync(kept, { recursive: true })
      console.error(label)
      const reference = new Map<number, ReadonlyMap<string, Scores>>()
      let seconds = 0
      for (const seed of seeds) {
        const finished = runReference(chosen, experiment, seed, join(kept, `seed-${seed}.jsonl`))
        reference.set(seed, finished.rows)
        seconds += finished.seconds
        console.error(`  reference, seed ${seed}: ${finished.seconds.toFixed(0)} s`)
      }
      const ours = runOurs(
        specText(experiment),
        join(cache, "ours", `${stream.name}-${adapter}`),
        join(cache, "store"),
        chosen.workers,
      )
      console.error(
        `  ours: ${ours.seconds.toFixed(0)} s (what the store had was not repeated); reference ${seconds.toFixed(0)} s in all`,
      )
      for (const seed of seeds)
        problems.push(
          ...unpaired(adapter, reference.get(seed)!.keys(), ours.bySeed.get(seed)?.keys() ?? []).map(
            (problem) => `${stream.name}, ${adapter}, seed ${seed}: ${problem}`,
          ),
        )
      const lines = compare(adapter, ours.bySeed, reference)
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
with the same settings (\`spec.ts\`); accuracies in percent after the last task, macro over tasks, means over seeds. Initial values, batch orders, memories and
noise are drawn by different generators, so rows agree up to the noise of seeds. Bounds: 1.5 points for the oracle, 2 for the others.

Rows whose definitions do not coincide:

${reasons.join("\n")}

Gaussians over all training data: the reference adds 1e-3 I to a covariance pooled over all examples; ours shrinks the mean over tasks of the mean class
covariance, with s chosen so that both are the same where classes are of equal size.
${note ? `\n${note}\n` : ""}
${parts.join("\n")}`
}
