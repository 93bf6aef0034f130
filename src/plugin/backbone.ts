/** Backbones: networks written once on symbolic tensors, with named attachment sites. */
import type { AttentionOptions, HostTensor, Joined, Layout, RandomStream, Tensor } from "../tensor/index.ts"
import type { Place } from "./data.ts"
import type { Definition } from "./definition.ts"
import type { Site } from "./site.ts"

/** Token ids of one text, special tokens included. */
export type TokenIds = Int32Array

/** A loaded checkpoint: plain data that can travel between threads. */
export interface Checkpoint {
  /** From config.json, as far as the family needs it. */
  readonly config: Readonly<Record<string, number | string | boolean>>
  readonly weights: Readonly<Record<string, HostTensor>>
  readonly width: number
  readonly layers: number
  readonly sites: readonly Site[]
  readonly maxTokens: number
  readonly parameters: number
  /** Tokens that a text may have at most, those that join it included; absent where nothing limits them. */
  readonly positions?: number
  /** What tokenizes texts: the parsed tokenizer.json. */
  readonly tokenizer: unknown
  /** sha256 over the files. */
  readonly digest: string
  /** Names of the files' tensors that are not part of the network: heads, poolers, buffers. */
  readonly unread?: readonly string[]
  /** What others call the modules at the sites. */
  readonly modules?: ModuleNames
}

/** The names that Hugging Face's class of the network gives to its linear layers and normalisations. */
export interface ModuleNames {
  /** By site, as in a network without a head; none where a site is a part of a module, or one of several that share it. */
  readonly at: Readonly<Record<string, string>>
  /** What may stand before all of them where the network has a head: "bert.". */
  readonly prefixes: readonly string[]
}

/** y = (x - mean) / deviation * gain + bias; `rms` divides by the root mean square instead. */
export interface Norm {
  readonly kind: "layer" | "rms"
  readonly gain: Tensor
  readonly bias?: Tensor
  readonly epsilon: number
}

/** What a backbone calls while it is traced, so that adapters and routers can take part. */
export interface Trace {
  readonly layout: Layout
  /** Input ids, positions within the text: int, [length] with rows "tokens". */
  readonly ids: Tensor
  readonly positions: Tensor
  /** A weight of the checkpoint by its name in `Checkpoint.weights` (frozen, or a parameter where it is trained). */
  readonly weight: (name: string) => Tensor
  /**
   * The tokens' rows of a table [vocabulary, width], an attachment site: tokens [length, width] and their positions. Further
   * tokens may join, and then both are longer than `ids`.
   */
  readonly embed: (site: string, table: Tensor) => Joined
  /** Announces block `layer` with the hidden state at its input: [length, width]. Returns the state to go on with. */
  readonly block: (layer: number, hidden: Tensor) => Tensor
  /** A linear layer that is an attachment site: x [length, in] -> [length, out], adapters included. */
  readonly linear: (site: string, x: Tensor, weight: Tensor, bias?: Tensor) => Tensor
  /** A normalisation over the width that is an attachment site: [length, width] -> [length, width]. */
  readonly norm: (site: string, x: Tensor, norm: Norm) => Tensor
  /** Attention that is an attachment site: q [length, d], k and v, of the same or another text -> [length, d]; further keys and values may join. */
  readonly attention: (
    site: string,
    q: Tensor,
    k: Tensor,
    v: Tensor,
    heads: number,
    options?: Omit<AttentionOptions, "prefix">,
  ) => Tensor
  /** Announces that each token chooses k of the experts of a sub-layer by its scores [length, experts]. */
  readonly experts: (name: string, scores: Tensor, k: number) => void
  /** A stretch of the network that is an attachment site: what it makes of x is y; the result takes y's place. */
  readonly span: (site: string, x: Tensor, y: Tensor) => Tensor
}

/** The experts of a sub-layer, of which each token takes k. */
export interface ExpertLayer {
  /** As `Trace.experts` is told it. */
  readonly name: string
  readonly count: number
  readonly k: number
  /** The weights that have a first axis of experts, those of the gate included. */
  readonly weights: readonly string[]
}

/** Size of a new checkpoint. */
export interface BackboneSize {
  readonly layers: number
  readonly width: number
  readonly heads: number
  readonly intermediate: number
  readonly vocabulary: number
  readonly positions: number
  /** Of families that have them: experts of each sub-layer, and how many of them a token takes. */
  readonly experts?: number
  readonly expertsOfToken?: number
}

/** How large a network is: what estimates of time and space rest on. */
export interface Extent {
  readonly layers: number
  readonly width: number
  /** All weights, without a head that the file may lack. */
  readonly parameters: number
  /** Those in matrices that each token is multiplied by; a matrix that layers share counts in each of them. */
  readonly multiplied: number
}

export interface Backbone<Options = any> extends Definition<"backbone", Options> {
  /** The `model_type`s in config.json that it reads; what it is found by where only a checkpoint is given. */
  readonly modelTypes?: readonly string[]
  /** Reads a checkpoint. Rejects with a located error (missing tensor, wrong shape, truncated file, tokenizer that does not fit). */
  readonly load: (location: string, options: Options, place: Place) => Promise<Checkpoint>
  /** Digest of the checkpoint's files without loading them. */
  readonly fingerprint: (location: string, options: Options, place: Place) => Promise<string>
  /** How large the checkpoint is, without loading its weights; the plan's estimates are those of the shipped encoder without it. */
  readonly extent?: (location: string, options: Options, place: Place) => Promise<Extent>
  /** Texts to token ids, cut at `maxTokens`. */
  readonly tokenize: (
    texts: readonly string[],
    checkpoint: Pick<Checkpoint, "tokenizer" | "maxTokens">,
  ) => readonly TokenIds[]
  /** A checkpoint with random weights, to be trained from nothing. */
  readonly create?: (size: BackboneSize, tokenizer: unknown, random: RandomStream) => Checkpoint
  /** Of families that have them: the experts of each sub-layer, in the order of computation. */
  readonly experts?: (checkpoint: Checkpoint) => readonly ExpertLayer[]
  /** The files of a checkpoint (config.json, tokenizer.json, model.safetensors) as others of its family read them. */
  readonly files?: (checkpoint: Checkpoint) => Readonly<Record<string, string | Uint8Array>>
  /** Hidden states of the last layer: [length, width] with rows "tokens". */
  readonly forward: (trace: Trace, checkpoint: Checkpoint) => Tensor
  /** Where positions turn queries and keys: what keys [n, width] without a position come to where those of the text are `by` larger. */
  readonly turnKeys?: (keys: HostTensor, by: number, checkpoint: Checkpoint) => HostTensor
  /** Of what writes texts: token ids of prompts, cut at `maxTokens`, where they are others than those of texts that are read. */
  readonly tokenizePrompts?: (
    texts: readonly string[],
    checkpoint: Pick<Checkpoint, "tokenizer" | "maxTokens">,
  ) => readonly TokenIds[]
  /** Of what writes texts: token ids of answers, without any special token. */
  readonly tokenizeAnswers?: (
    texts: readonly string[],
    checkpoint: Pick<Checkpoint, "tokenizer">,
  ) => readonly TokenIds[]
  /** Of what writes texts: why it can't with these options, and what to do; nothing where it can. */
  readonly mute?: (options: Options) => { readonly why: string; readonly help: string } | undefined
  /** Of what writes texts: those of token ids, special tokens left out. */
  readonly detokenize?: (texts: readonly TokenIds[], checkpoint: Pick<Checkpoint, "tokenizer">) => readonly string[]
  /**
   * Of encoder-decoders: states of the decoder's last layer over the tokens of the answers, whose layout `trace` has; keys
   * and values from `states`, the encoder's of the texts, go to `trace.attention` as they are.
   */
  readonly decode?: (trace: Trace, states: Tensor, checkpoint: Checkpoint) => Tensor
  /** Of what writes texts: the token that ends an answer, and that which a decoder with an encoder begins with. */
  readonly answers?: (checkpoint: Checkpoint) => { readonly start?: number; readonly end?: number }
  /** Of what writes texts: scores of the next token from states of the last layer, [.., width] -> [.., vocabulary]. */
  readonly nextToken?: (trace: Pick<Trace, "weight">, hidden: Tensor, checkpoint: Checkpoint) => Tensor
}
