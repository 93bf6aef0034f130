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

const weights = { "task 0": 0.7, "task 1": -0.4, "task 2": 0.2 }
const lossy = { lossy: true }
const exact = { exact: true }

testComposition(uniform_merge)
testComposition(uniform_merge, { on: "updates" }, exact)
testComposition(linear)
testComposition(linear, { on: "factors", weights })
testComposition(linear, { on: "updates", weights }, exact)
testComposition(linear, { density: 0.4 }, lossy)
testComposition(linear, { density: 0.4, on: "updates", rank: 2 }, lossy)
testComposition(addition)
testComposition(addition, { lambda: 0.5 })
testComposition(addition, { weights, on: "updates" }, exact)
testComposition(negation, { task: "task 0", scale: 0.5 }, exact)
testComposition(negation, { task: "task 0", factor: "A" }, exact)
testComposition(analogy, { start: "task 0", plus: "task 1", minus: "task 2" })
testComposition(analogy, { start: "task 0", plus: "task 1", minus: "task 2", keep: 0.5, on: "updates" }, exact)
testComposition(concatenation, { weights }, exact)
testComposition(svd)
testComposition(svd, { weights, rank: 6 }, exact)
testComposition(svd, { rank: 1 }, lossy)
testComposition(ties, {}, lossy)
testComposition(ties, { density: 1, within: "array", on: "root_factors" })
testComposition(ties, { density: 1, election: "frequency", weights })
testComposition(ties, { density: 0.5, on: "factors", lambda: 0.8 }, lossy)
testComposition(dare, {}, lossy)
testComposition(dare, { drop: 0 }, exact)
testComposition(dare, { drop: 0, merge: "ties", on: "root_factors" })
testComposition(dare, { drop: 0.3, merge: "ties", density: 0.5, rank: 3 }, lossy)
testComposition(fisher, { examples: 3 })
testComposition(fisher, { examples: 3, labels: "given", weights: { "task 0": 1, "task 1": 2 } })
