/** A memory whose examples another program has drawn: `{ file }` holds {"task": [index, ...]}. So rows that rest on a memory are compared on the same one. */
import { readFileSync } from "node:fs"
import { defineMemory, required, Schema } from "../../../src/plugin/index.ts"

export default defineMemory({
  name: "drawn",
  summary: "Training examples that a file names",
  options: Schema.Struct({ file: required(Schema.String, "JSON: for each task the indices of its examples") }),
  draw: ({ task }, { file }) => {
    const drawn = JSON.parse(readFileSync(file, "utf8"))[task]
    if (!drawn) throw new Error(`${file} has no task "${task}"`)
    return Int32Array.from(drawn as number[]).sort()
  },
})
