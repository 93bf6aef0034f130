/** `l2r run SPEC`: computes what the store does not have, prints the tables, writes the report. */
import { progress, terminalOf, terminalReport } from "../report/index.ts"
import type { RunEvent } from "../run/events.ts"
import { journal } from "../run/journal.ts"
import { SourceError } from "../source.ts"
import { checkedSpec, failed } from "./checked.ts"
import { extent, planFlags } from "./extent.ts"
import { wholeNumber } from "./numbers.ts"
import { outFolder, places } from "./places.ts"
import { quoted, saidFlags, saidIn } from "./said.ts"
import { summaries } from "./summaries.ts"
import type { Verb } from "./verb.ts"

/** Each worker is a thread with memory of its own. */
const MOST_WORKERS = 256

export default {
  summary: summaries.run,
  usage:
    "run SPEC [--store DIR] [--out DIR] [--workers N] [--final-stage] [--keep gates] [--set PATH=VALUE] [--only NAME] [--skip NAME] [--events FILE]",
  words: [1, 1],
  flags: {
    ...places,
    out: { type: "string", what: "folder of the report; l2r-results/<name of the spec> by default" },
    workers: { type: "string", what: "how many steps run side by side; as many as cores by default" },
    "snapshot-every": {
      type: "string",
      what: "seconds between two snapshots of a training, from which a start after a stop goes on; 10 by default",
    },
    ...extent,
    ...saidFlags,
    events: { type: "string", what: "write every event as a JSON line to this file" },
  },
  run: async ([file], flags) => {
    const workers = wholeNumber("workers", flags.workers, 1, MOST_WORKERS)
    const snapshots = wholeNumber("snapshot-every", flags["snapshot-every"], 0)
    const { source, spec } = await checkedSpec(file, saidIn(flags))
    if (!spec) return 1
    if (Object.keys({ ...spec.experiments, ...spec.studies, ...spec.portabilities }).length === 0)
      throw new SourceError(
        `${file} has no experiment, study or portability: there is nothing to run`,
        "add `experiment NAME { on: ..., stream: ..., adapters: ..., routers: ... }`; `l2r init` writes a spec with one",
      )
    const [{ plan, reportFolder, run, writeReport }, { untilStopped }] = await Promise.all([
      import("../compile.ts"),
      import("./until_stopped.ts"),
    ])
    const out = outFolder(flags.out, file)
    const shown = progress(process.stderr)
    const farewell = () => {
      shown.stop()
      return `stopped. What was finished is in ${flags.store}; the same command goes on from there:\n  l2r ${process.argv.slice(2).map(quoted).join(" ")}\n`
    }
    try {
      return await untilStopped(farewell, async (settle) => {
        const planned = await plan(spec, source, planFlags(flags))
        reportFolder(out)
        const events = typeof flags.events === "string" ? journal(flags.events) : undefined
        const onEvent = (event: RunEvent): void => {
          events?.record(event)
          shown.handle(event)
        }
        const results = await settle(
          run(planned, source, {
            store: String(flags.store),
            onEvent,
            ...(workers ? { workers } : {}),
            ...(snapshots === undefined ? {} : { snapshotEvery: 1000 * snapshots }),
          }),
        )
        shown.stop()
        const files = await writeReport(results, out)
        process.stdout.write(terminalReport(results, files, terminalOf(process.stdout, process.env)))
        const lost = events?.ended()
        if (lost === undefined) return 0
        throw new SourceError(
          `the events in ${flags.events} are not whole: ${lost}`,
          "the run itself is done, and its report is written; give a file on a disk with some space with --events FILE",
        )
      })
    } catch (error) {
      return await failed(error, source)
    } finally {
      shown.stop()
    }
  },
} satisfies Verb
