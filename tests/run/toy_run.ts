/** A process of its own that runs the toy plan on a store and prints each event as a line of JSON: `toy_run.ts STORE`. */
import { runToy, toyPlan } from "./toy_plan.ts"

const [store] = process.argv.slice(2)
const { exit } = await runToy(store, toyPlan(), { onEvent: (event) => console.log(JSON.stringify(event)) })
process.exit(exit._tag === "Success" ? 0 : 1)
