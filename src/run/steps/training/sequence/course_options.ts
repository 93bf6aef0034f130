/** What the plan says of a strategy along a sequence without boundaries. */
import type { SequenceOptions } from "../../../../plan/options/step_options.ts"
import type { SharedOptions } from "../strategy/shared_options.ts"

export type CourseOptions = SharedOptions & { readonly sequence: SequenceOptions }
