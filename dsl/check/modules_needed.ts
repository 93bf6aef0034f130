/** What a strategy needs modules to be, and what adapters add to a network: plain facts of the vocabulary. */

/** As `ModulesNeeded` of the contract of plugins. */
export type Needed = "factors" | "outputs" | "tokens" | "own_tokens" | "own_keys"

/**
 * The fact `adds` of an adapter: tokens that join a text, keys and values that join an attention, each as parameters of their own or
 * made by a network; what changes the output of a layer; or both tokens and outputs.
 */
export type Adds = "own_tokens" | "made_tokens" | "own_keys" | "made_keys" | "outputs" | "both"

const SERVES: Readonly<Record<Exclude<Needed, "factors">, readonly Adds[]>> = {
  outputs: ["outputs", "own_keys", "made_keys"],
  tokens: ["own_tokens", "made_tokens", "own_keys", "made_keys"],
  own_tokens: ["own_tokens", "own_keys"],
  own_keys: ["own_keys"],
}

/** Whether modules that add this, low-rank ones or not, are what is needed. */
export const serves = (needed: Needed, adds: Adds, lowRank: boolean): boolean =>
  needed === "factors" ? lowRank : SERVES[needed].includes(adds)
