/** Initial values of trainable parameters, as data. */

export type Initial =
  | { readonly shape: readonly number[]; readonly draw: "zeros" | "ones" }
  | { readonly shape: readonly number[]; readonly draw: "normal"; readonly deviation: number }
  | { readonly shape: readonly number[]; readonly draw: "uniform"; readonly bound: number }

export type Initials = Readonly<Record<string, Initial>>

export const zeros = (shape: readonly number[]): Initial => ({ shape, draw: "zeros" })
export const ones = (shape: readonly number[]): Initial => ({ shape, draw: "ones" })
export const normal = (shape: readonly number[], deviation: number): Initial => ({ shape, draw: "normal", deviation })
/** Kaiming-uniform with a = sqrt(5), as torch.nn.Linear: U(±1/sqrt(fan in)); the fan-in is the first axis. */
export const kaiming = (shape: readonly number[]): Initial => ({
  shape,
  draw: "uniform",
  bound: 1 / Math.sqrt(shape[0]),
})
