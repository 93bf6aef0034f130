/** Whether a module was trained on the checkpoint at hand: by the digest that l2r writes, else by the name that PEFT writes. */
import { type Checkpoint, DataError } from "../../plugin/index.ts"
import { CONFIG, type PeftFolder } from "./folder.ts"

/** In the metadata of adapter_model.safetensors: sha256 over the files of the base model. */
export const BASE = "l2r_base_sha256"

/** Throws DataError where it was another. Shapes are compared tensor by tensor. */
export const checkBase = ({ config, metadata, location }: PeftFolder, { digest }: Checkpoint, name: string): void => {
  const trainedOn = config.base_model_name_or_path
  if (metadata[BASE] !== undefined) {
    if (metadata[BASE] === digest) return
    throw new DataError(
      `the module "${location}" was trained on another base model: its sha256 is ${metadata[BASE].slice(0, 12)}..., that of "${name}" ${digest.slice(0, 12)}...`,
      `give the checkpoint that it was trained on${trainedOn ? `: ${trainedOn}` : ""}`,
    )
  }
  if (typeof trainedOn !== "string" || trainedOn === "" || plainName(trainedOn) === plainName(name)) return
  throw new DataError(
    `the module "${location}" was trained on the base model "${trainedOn}", not on "${name}"`,
    `where they are the same model, write ${JSON.stringify(name)} as base_model_name_or_path in its ${CONFIG}`,
  )
}

/** The last part of a path or of a hub name; of a folder in Hugging Face's cache the name of the repository. */
const plainName = (place: string): string => {
  const cached = /models--(?:[^/\\]*--)?([^/\\]+?)[/\\]snapshots/.exec(place)
  const parts = place.split(/[/\\]/).filter((part) => part !== "" && part !== ".")
  return (cached?.[1] ?? parts[parts.length - 1] ?? "").toLowerCase()
}
