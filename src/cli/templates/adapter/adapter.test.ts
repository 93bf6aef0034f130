/** `node --test adapter.test.ts` runs the adapter through the kit that checks any adapter. */
import { testAdapter } from "l2r/testing"
import adapter from "./adapter.ts"

testAdapter(adapter)
