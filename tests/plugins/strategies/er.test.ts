/** Experience replay: the kit. */
import er from "../../../plugins/strategies/er.ts"
import multiTask from "../../../plugins/strategies/multi_task.ts"
import sequential from "../../../plugins/strategies/sequential.ts"
import sequentialFull from "../../../plugins/strategies/sequential_full.ts"
import { testBaseline } from "../../../src/testing/index.ts"

testBaseline(sequential, {}, { neutral: {} })
testBaseline(sequentialFull, { learning_rate: 0.01 })
testBaseline(multiTask)
testBaseline(er)
