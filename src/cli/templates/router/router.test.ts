/** `node --test router.test.ts` runs the router through the kit that checks any router. */
import { testRouter } from "l2r/testing"
import router from "./router.ts"

testRouter(router)
