/** The kit on every strategy that ships. */
import prompt from "../../../plugins/adapters/prompt.ts"
import aGem from "../../../plugins/strategies/a_gem.ts"
import derPp from "../../../plugins/strategies/der_pp.ts"
import er from "../../../plugins/strategies/er.ts"
import ewc from "../../../plugins/strategies/ewc.ts"
import idbr from "../../../plugins/strategies/idbr.ts"
import lfpt5 from "../../../plugins/strategies/lfpt5.ts"
import lwf from "../../../plugins/strategies/lwf.ts"
import mbpaPp from "../../../plugins/strategies/mbpa_pp.ts"
import multiTask from "../../../plugins/strategies/multi_task.ts"
import multiTaskFull from "../../../plugins/strategies/multi_task_full.ts"
import seqStar from "../../../plugins/strategies/seq_star.ts"
import sequential from "../../../plugins/strategies/sequential.ts"
import sequentialFull from "../../../plugins/strategies/sequential_full.ts"
import { testBaseline } from "../../../src/testing/index.ts"
import { settingsFor } from "../settings.ts"

const checked = settingsFor(testBaseline)

checked(sequential, {}, { neutral: {} })
checked(sequentialFull, { learning_rate: 0.01 })
checked(multiTask)
checked(multiTaskFull, { learning_rate: 0.01 })
checked(er)
checked(derPp, {}, { neutral: { alpha: 0, beta: 0 } })
checked(derPp, { classes: "all", alpha: 1 })
checked(aGem)
checked(ewc, {}, { neutral: { lambda: 0 } })
checked(ewc, { anchors: "one", decay: 0.5, labels: "expected" })
checked(idbr, { width: 1, every: 1 }, { plainAtFirst: false })
checked(idbr, { width: 1, every: 2, lambda_next: 0 }, { plainAtFirst: false })
checked(lwf, {}, { neutral: { lambda: 0 } })
checked(mbpaPp, { every: 1, neighbours: 2, steps: 2 }, { neutral: { every: 1000 } })
checked(seqStar, { learning_rate: 0.01, warm_up: 1 }, { plainAtFirst: false })
checked(seqStar, { learning_rate: 0.01, head: "linear" }, { plainAtFirst: false })
checked(lfpt5, {}, { adapter: [prompt, { length: 2 }] })
