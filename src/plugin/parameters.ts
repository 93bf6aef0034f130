/** First values of an adapter's or a router's arrays, as data. */

/** How an array is filled. */
export type Draw =
  | { readonly draw: "zeros" | "ones" }
  | { readonly draw: "normal"; readonly deviation: number }
  | { readonly draw: "uniform"; readonly bound: number }
  /** [out]: the length of each column of the frozen weight [in, out] of the site. */
  | { readonly draw: "column_norm" }
  /** [n, width]: rows of the table at an embeddings site, those of the tokens of `text`, again and again; without a text by chance. */
  | { readonly draw: "vocabulary"; readonly text?: string }
  /** Whole numbers below `of`, each once, rising: places of the site's weight, seen as one row, by chance or where it is largest in magnitude. */
  | { readonly draw: "places"; readonly of: number; readonly choose: "random" | "largest" }

export type Initial = Draw & {
  readonly shape: readonly number[]
  /** False: stays as it was drawn. It belongs to the module, but has no gradient and is never averaged. */
  readonly trained?: false
  /** True: one array for all sites of a module. It has the same shape at each. */
  readonly shared?: true
  /** Whether weight decay reaches it where biases and norms are spared; by default arrays of two axes or more. */
  readonly decayed?: boolean
}

export type Initials = Readonly<Record<string, Initial>>

export const zeros = (shape: readonly number[]): Initial => ({ shape, draw: "zeros" })
export const ones = (shape: readonly number[]): Initial => ({ shape, draw: "ones" })
export const normal = (shape: readonly number[], deviation: number): Initial => ({ shape, draw: "normal", deviation })
/** U(-bound, bound). */
export const uniformly = (shape: readonly number[], bound: number): Initial => ({ shape, draw: "uniform", bound })
/** Kaiming-uniform with a = sqrt(5), as torch.nn.Linear: U(±1/sqrt(fan in)); the fan-in is the first axis. */
export const kaiming = (shape: readonly number[]): Initial => ({
  shape,
  draw: "uniform",
  bound: 1 / Math.sqrt(shape[0]),
})
/** The length of each of the `columns` of the site's frozen weight. */
export const columnNorm = (columns: number): Initial => ({ shape: [columns], draw: "column_norm" })
/** `count` rows of a table that is `width` wide: those of a text's tokens, or drawn ones. */
export const fromVocabulary = (count: number, width: number, text?: string): Initial => ({
  shape: [count, width],
  draw: "vocabulary",
  ...(text === undefined ? {} : { text }),
})
/** The same array at all sites of a module. */
export const shared = (initial: Initial): Initial => ({ ...initial, shared: true })
/** `count` of the `of` places of the site's weight, rising; whole numbers that are not trained. */
export const places = (count: number, of: number, choose: "random" | "largest"): Initial => ({
  shape: [count],
  draw: "places",
  of,
  choose,
  trained: false,
})
