/** Which steps a store has; looking makes no folder. */
import { existsSync } from "node:fs"
import { openStore } from "../run/store/index.ts"

export const cachedIn = (folder: string): ((key: string) => boolean) =>
  existsSync(folder) ? openStore(folder).has : () => false
