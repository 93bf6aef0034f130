/** The adapter plugin that a PEFT folder is read by. */
import { type Adapter, DataError, type PeftForm } from "../../plugin/index.ts"
import { CONFIG, type PeftFolder } from "./folder.ts"

/** The adapter that declares the folder's `peft_type`. Throws DataError where none does. */
export const adapterFor = (
  { config, location }: PeftFolder,
  adapters: readonly Adapter[],
): Adapter & { readonly peft: PeftForm } => {
  const found = adapters.find(({ peft }) => peft && peft.type === config.peft_type)
  if (found?.peft) return found as Adapter & { readonly peft: PeftForm }
  const types = adapters.flatMap(({ peft }) => (peft ? [peft.type] : []))
  throw new DataError(
    `${CONFIG} of "${location}" says that this is a module of type ${JSON.stringify(config.peft_type ?? null)}`,
    `the types that can be read are ${types.join(", ")}`,
  )
}
