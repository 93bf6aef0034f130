/** The conformance kit on every composition that ships, each with the settings in which its formula differs. */
import addition from "../../plugins/compositions/addition.ts"
import analogy from "../../plugins/compositions/analogy.ts"
import concatenation from "../../plugins/compositions/concatenation.ts"
import dare from "../../plugins/compositions/dare.ts"
import fisher from "../../plugins/compositions/fisher.ts"
import linear from "../../plugins/compositions/linear.ts"
import negation from "../../plugins/compositions/negation.ts"
import svd from "../../plugins/compositions/svd.ts"
import ties from "../../plugins/compositions/ties.ts"
import uniform_merge from "../../plugins/compositions/uniform_merge.ts"
import { testComposition } from "../../src/testing/index.ts"
import { settingsFor } from "./settings.ts"

const checked = settingsFor(testComposition)

const weights = { "task 0": 0.7, "task 1": -0.4, "task 2": 0.2 }
const lossy = { lossy: true }
const exact = { exact: true }

checked(uniform_merge)
checked(uniform_merge, { on: "updates" }, exact)
checked(linear)
checked(linear, { on: "factors", weights })
checked(linear, { on: "updates", weights }, exact)
checked(linear, { density: 0.4 }, lossy)
checked(linear, { density: 0.4, on: "updates", rank: 2 }, lossy)
checked(addition)
checked(addition, { lambda: 0.5 })
checked(addition, { weights, on: "updates" }, exact)
checked(negation, { task: "task 0", scale: 0.5 }, exact)
checked(negation, { task: "task 0", factor: "A" }, exact)
checked(analogy, { start: "task 0", plus: "task 1", minus: "task 2" })
checked(analogy, { start: "task 0", plus: "task 1", minus: "task 2", keep: 0.5, on: "updates" }, exact)
checked(concatenation, { weights }, exact)
checked(svd)
checked(svd, { weights, rank: 6 }, exact)
checked(svd, { rank: 1 }, lossy)
checked(ties, {}, lossy)
checked(ties, { density: 1, within: "array", on: "root_factors" })
checked(ties, { density: 1, election: "frequency", weights })
checked(ties, { density: 0.5, on: "factors", lambda: 0.8 }, lossy)
checked(dare, {}, lossy)
checked(dare, { drop: 0 }, exact)
checked(dare, { drop: 0, merge: "ties", on: "root_factors" })
checked(dare, { drop: 0.3, merge: "ties", density: 0.5, rank: 3 }, lossy)
checked(fisher, { examples: 3 })
checked(fisher, { examples: 3, labels: "given", weights: { "task 0": 1, "task 1": 2 } })
