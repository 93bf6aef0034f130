/** `node --test transfer.test.ts` runs the transfer through the kit that checks any transfer. */
import { testTransfer } from "l2r/testing"
import transfer from "./transfer.ts"

testTransfer(transfer)
