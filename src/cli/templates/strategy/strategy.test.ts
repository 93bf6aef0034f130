/** `node --test strategy.test.ts` runs the strategy through the kit that checks any strategy. */
import { testBaseline } from "l2r/testing"
import strategy from "./strategy.ts"

testBaseline(strategy, {}, { neutral: { weight: 0 } })
