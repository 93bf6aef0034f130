/** All claims, each asked on the data that it names. */
import { BASELINE_CLAIMS } from "./baseline_claims.ts"
import type { Claim } from "./claim.ts"
import { ROUTER_CLAIMS } from "./router_claims.ts"

export const CLAIMS: readonly Claim[] = [...ROUTER_CLAIMS, ...BASELINE_CLAIMS]
