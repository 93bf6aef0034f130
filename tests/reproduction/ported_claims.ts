/**
 * What two papers claim of modules that are carried between backbones, asked of examples/13_portability: accuracy after a budget of
 * training steps, against another start. Tags and rule as in `claim.ts` and `verdict.ts`.
 */
import type { Claim } from "./claim.ts"

export interface PortedClaim extends Pick<Claim, "id" | "paper" | "says" | "claimedOn" | "evidence" | "margin"> {
  /** Plugins of the transfers that it speaks of. */
  readonly plugins: readonly ("skip" | "average" | "correlation")[]
  readonly against: "scratch" | "resampled" | "permuted"
}

const PORTABILITY = "Sabry and Belz 2024 (arXiv 2401.14228)"
const DISTILLATION = "Klimaszewski et al. 2024 (arXiv 2403.18804)"
const HOSTS = "T5 v1, v1.1 and Flan-T5, sentiment"

export const PORTED_CLAIMS: readonly PortedClaim[] = [
  {
    id: "Ported, fresh",
    paper: PORTABILITY,
    says: "carried modules against fresh ones, hosts of one width",
    claimedOn: HOSTS,
    evidence: "V",
    margin: 1,
    plugins: ["skip"],
    against: "scratch",
  },
  {
    id: "Ported, drawn alike",
    paper: PORTABILITY,
    says: "carried modules against parameters drawn from their distribution",
    claimedOn: HOSTS,
    evidence: "V",
    margin: 1,
    plugins: ["skip"],
    against: "resampled",
  },
  {
    id: "Matched",
    paper: DISTILLATION,
    says: "modules carried by matched features against fresh ones",
    claimedOn: "XLM-R-large to DistilmBERT and XLM-R-base; NER, XNLI, PAWS-X",
    evidence: "S",
    margin: 1,
    plugins: ["correlation"],
    against: "scratch",
  },
]
