/** Options that every grouping has, whatever its plugin: whose modules are grouped. */
import { reference, required, Schema } from "../../plugin/index.ts"

export const GroupingOptions = Schema.Struct({
  of: required(
    reference("adapter"),
    "the adapter whose modules, one a task, are grouped; each group's own module is of it, too",
  ),
})

export type GroupingOptions = (typeof GroupingOptions)["Type"]
