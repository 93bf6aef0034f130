/**
 * How Hugging Face's PEFT stores the modules of an adapter: which keys of adapter_config.json its options are, and which
 * tensors of adapter_model.safetensors its parameters. An adapter that declares it is read from such folders and written to them.
 */
import type { HostTensor } from "../tensor/index.ts"
import type { Role, Site } from "./site.ts"

export interface PeftForm<Options = any> {
  /** `peft_type` in adapter_config.json. */
  readonly type: string
  /** Options by what the config says; `roles` are those of the sites that it targets. Keys that are not asked for are unknown. */
  readonly options: (config: PeftConfig, roles: readonly Role[]) => Readonly<Record<string, unknown>>
  /** The keys of the config that say the same as the options, without `target_modules`. `modules`: names at sites of these roles. */
  readonly config: (
    options: Options,
    modules: (roles: readonly Role[]) => readonly string[],
  ) => Readonly<Record<string, unknown>>
  /** Keys with the values that the adapter computes; the first is what PEFT takes where the key is missing. */
  readonly only?: Readonly<Record<string, readonly unknown[]>>
  /** Keys that do not change what a trained module computes. */
  readonly silent?: readonly string[]
  /**
   * The module does not attach at named modules, and is one tensor: at all attention sites, where its `keys` and `values`
   * lie side by side, [n, layers * 2 * width]; or at the embeddings, where it is its `tokens`, [n, width].
   */
  readonly prompt?: { readonly tensor: string; readonly at: "attention" | "embeddings" }
  /** What PEFT keeps at a site in the place of the parameters, where these make it: those of all sites are among them. */
  readonly made?: (
    parameters: Readonly<Record<string, HostTensor>>,
    options: Options,
  ) => Readonly<Record<string, HostTensor>>
  /** The tensor of each parameter, or of what the parameters make, at a site. */
  readonly tensors: (site: Site, options: Options) => Readonly<Record<string, PeftTensor>>
}

/** adapter_config.json; each reader throws DataError where the key holds something else. */
export interface PeftConfig {
  readonly number: (key: string, otherwise: number) => number
  readonly flag: (key: string, otherwise: boolean) => boolean
  /** Roles of the targeted sites that a key with names of modules matches. */
  readonly roles: (key: string) => readonly Role[]
  /** Whether the normalisations of these sites have a bias. */
  readonly biased: boolean
}

export interface PeftTensor {
  /** What follows the name of the module: "lora_A.weight". */
  readonly name: string
  /** The file holds the matrix turned, [out, in]. */
  readonly transposed?: true
  /** Shape in the file, where it is another than that of the parameter with the same numbers. */
  readonly shape?: readonly number[]
  /** The file holds the whole value, the parameter its distance from that of the frozen layer. */
  readonly from?: "weight" | "bias"
}
