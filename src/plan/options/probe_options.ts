/** Options that every probe has, whatever its plugin. */
import { reference, required, Schema } from "../../plugin/index.ts"

export const ProbeOptions = Schema.Struct({
  memory: Schema.optionalKey(
    required(
      reference("memory"),
      "which past training examples the probe may see where its statistics come from a memory",
    ),
  ),
})
