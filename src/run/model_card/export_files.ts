/** The same model as graphs: the `.onnx` files of a folder. */
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"

/** Beside the configuration or in `onnx/`, by their path from the folder. */
export const exportsIn = (folder: string): readonly string[] =>
  [".", "onnx"]
    .filter((part) => existsSync(join(folder, part)))
    .flatMap((part) => readdirSync(join(folder, part)).map((name) => join(part, name).replaceAll("\\", "/")))
    .filter((name) => name.endsWith(".onnx"))
    .sort()
