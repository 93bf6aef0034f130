/**
 * Times the whole experiment against the PyTorch implementation: the same rows on the same texts, final stage only, one seed, whole
 * processes from an empty store, in turn.
 *
 *   node tests/bench/reference/end_to_end.ts --python PY --reference FOLDER --model FOLDER --streams wordnet [--repeat 3] [--help]
 *
 * Fails where a row is missing on either side; prints what both came to. A machine that does something else at the same time gives no fair ratio.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { loadavg } from "node:os"
import { join } from "node:path"
import { machine } from "../../../src/run/machine.ts"
import { unpaired } from "./rows.ts"
import { drawnMemory, runOurs, runReference, runtime } from "./runs.ts"
import { settings } from "./settings.ts"
import { type Experiment, specText } from "./spec.ts"
import { prepare } from "./streams.ts"
import { compare, markdown } from "./table.ts"

const chosen = settings(process.argv.slice(2))
if (chosen) {
  mkdirSync(chosen.cache, { recursive: true })
  const [seed] = chosen.seeds
  const { model: processor, cores, features } = machine()
  console.log(`${processor}, ${cores} cores, ${features.join(" ")}; ${runtime}; load before ${loadavg()[0].toFixed(1)}`)
  for (const name of chosen.streams) {
    const stream = await prepare(name, chosen.caps, chosen.cache)
    for (const adapter of chosen.adapters) {
      const { model, epochs, fitEpochs, cache } = chosen
      const joint = !chosen.withoutJoint.includes(name)
      const experiment: Experiment = {
        backbone: model,
        data: stream.folder,
        tasks: stream.tasks,
        adapter,
        seed,
        memory: drawnMemory(chosen.python, stream.folder, seed, cache),
        epochs,
        fitEpochs,
        joint,
      }
      console.log(
        `${stream.name}, ${adapter}: ${stream.tasks.length} tasks, ${stream.train} training and ${stream.test} test texts, ${epochs} epochs, seed ${seed}`,
      )
      const times: { readonly ours: number; readonly reference: number }[] = []
      for (let turn = 0; turn < chosen.repeat; turn++) {
        const folder = mkdtempSync(join(cache, "end-to-end-"))
        const reference = runReference(chosen, experiment)
        const ours = runOurs(specText(experiment), folder, join(folder, "store"), chosen.workers)
        rmSync(folder, { recursive: true, force: true })
        const problems = unpaired(adapter, reference.rows.keys(), ours.rows.keys(), { joint })
        for (const problem of problems) console.error(problem)
        if (problems.length > 0) process.exitCode = 1
        if (turn === 0)
          console.log(
            markdown(
              "accuracies of this run, one seed",
              compare(adapter, new Map([[seed, ours.rows]]), new Map([[seed, reference.rows]])),
            ),
          )
        times.push({ ours: ours.seconds, reference: reference.seconds })
        console.log(
          `  turn ${turn + 1}: ours ${ours.seconds.toFixed(1)} s, reference ${reference.seconds.toFixed(1)} s, ratio ${(ours.seconds / reference.seconds).toFixed(2)}; ${reference.rows.size} rows each`,
        )
      }
      const ratios = times.map(({ ours, reference }) => ours / reference).sort((a, b) => a - b)
      console.log(`  median ratio ${ratios[ratios.length >> 1].toFixed(2)}`)
    }
  }
}
