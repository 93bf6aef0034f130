/** The Fisher information of a toy stream's modules, by the step of a run. */
import type { Artifact } from "../plan/step.ts"
import type { FisherOptions } from "../plugin/index.ts"
import { type Bench, backbone, perform } from "./work.ts"

export const taskOf = ({ json }: Artifact): string => (json as { readonly task: string }).task

/** Of each module, on the training texts of its task. None where a plugin does not ask. */
export const informationOf = async (
  bench: Bench,
  asked: FisherOptions | undefined,
  modules: readonly Artifact[],
  tokens: readonly Artifact[],
): Promise<readonly Artifact[]> =>
  asked
    ? Promise.all(
        modules.map((module, t) =>
          perform(
            bench,
            "fisher",
            { backbone, ...asked, task: taskOf(module), seed: 1 },
            { module, tokens: tokens[t] },
          ),
        ),
      )
    : []
