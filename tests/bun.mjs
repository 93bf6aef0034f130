/** Plain `bun test` gives a test five seconds; ours may take as long as under `npm test`. */
import { setDefaultTimeout } from "bun:test"

setDefaultTimeout(240_000)
