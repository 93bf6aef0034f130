/** Texts that are written one token after the other: each ends for itself, and those that go on are read together. */
import type { HostTensor, TokenIds } from "../plugin/index.ts"
import type { GenerationOptions } from "./beam_search.ts"
import type { Advance } from "./generation_step.ts"
import type { KeyValueCache } from "./key_value_cache.ts"

/** What follows each prompt, the end token included where it came. `choose`: the next token of each text that goes on, of what was read for these. */
export const tokenByToken = async (
  prompts: readonly TokenIds[],
  { newTokens, end }: GenerationOptions,
  cache: KeyValueCache,
  advance: Advance,
  choose: (read: HostTensor, open: readonly number[]) => readonly number[],
): Promise<readonly TokenIds[]> => {
  const texts: number[][] = prompts.map(() => [])
  let open = prompts.map((_, i) => i)
  let next = prompts
  for (let n = 0; n < newTokens && open.length > 0; n++) {
    const tokens = choose(await advance(cache, next), open)
    tokens.forEach((token, row) => texts[open[row]].push(token))
    const going = tokens.flatMap((token, row) => (token === end ? [] : [row]))
    cache.keep(going)
    open = going.map((row) => open[row])
    next = going.map((row) => Int32Array.of(tokens[row]))
  }
  return texts.map((tokens) => Int32Array.from(tokens))
}
