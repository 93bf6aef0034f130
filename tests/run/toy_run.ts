/**
 * A process of its own that runs the toy plan on a store and prints each event as a line of JSON: `toy_run.ts STORE`.
 * With `toy_run.ts STORE FILE` they go into a file.
 */
import { mkdirSync } from "node:fs"
import { journal } from "../../src/run/journal.ts"
import { runToy, toyPlan } from "./toy_plan.ts"

const [store, file] = process.argv.slice(2)
mkdirSync(store, { recursive: true })
const onEvent = file ? journal(file).record : (event: unknown) => console.log(JSON.stringify(event))
const { exit } = await runToy(store, toyPlan(), { onEvent })
process.exit(exit._tag === "Success" ? 0 : 1)
