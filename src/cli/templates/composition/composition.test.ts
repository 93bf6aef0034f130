/** `node --test composition.test.ts` runs the composition through the kit that checks any composition. */
import { testComposition } from "l2r/testing"
import composition from "./composition.ts"

testComposition(composition)
