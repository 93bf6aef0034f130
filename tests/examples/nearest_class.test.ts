/** The example's router under the kit that every router can be put to, imported as a stranger would. */
import { testRouter } from "l2r/testing"
import nearestClass from "../../examples/02_own_router/nearest_class.ts"

testRouter(nearestClass, { centres: 2, tau: 10 })
