/**
 * Dimensions: a number, or a name whose value is known when the graph runs ("tokens", "examples", "length").
 * Sums and products of names are dimensions too ("length+16", "examples*length"), kept in one canonical form, so
 * that two dimensions are the same exactly when their strings are.
 */
export type Dim = number | string
export type Shape = readonly Dim[]

/** Monomial ("" for the constant term, else factors sorted and joined by "*") to its coefficient. */
type Polynomial = Map<string, number>

const parse = (dim: Dim): Polynomial => {
  if (typeof dim === "number") return new Map([["", dim]])
  const result: Polynomial = new Map()
  for (const term of dim.replaceAll("-", "+-").split("+")) {
    if (term === "") continue
    let coefficient = term.startsWith("-") ? -1 : 1
    const factors: string[] = []
    for (const factor of term.replace("-", "").split("*")) {
      if (/^\d+$/.test(factor)) coefficient *= Number(factor)
      else factors.push(factor)
    }
    const key = factors.sort().join("*")
    result.set(key, (result.get(key) ?? 0) + coefficient)
  }
  return result
}

const format = (polynomial: Polynomial): Dim => {
  const terms = [...polynomial]
    .filter(([, c]) => c !== 0)
    .sort(([a], [b]) => (a === "" ? 1 : b === "" ? -1 : a < b ? -1 : 1))
  if (terms.length === 0) return 0
  if (terms.length === 1 && terms[0][0] === "") return terms[0][1]
  return terms
    .map(([key, c]) => (key === "" ? `${c}` : c === 1 ? key : c === -1 ? `-${key}` : `${c}*${key}`))
    .reduce((text, term) => text + (term.startsWith("-") ? term : `+${term}`))
}

export const addDims = (a: Dim, b: Dim, sign: 1 | -1 = 1): Dim => {
  if (typeof a === "number" && typeof b === "number") return a + sign * b
  const sum = parse(a)
  for (const [key, c] of parse(b)) sum.set(key, (sum.get(key) ?? 0) + sign * c)
  return format(sum)
}

export const multiplyDims = (a: Dim, b: Dim): Dim => {
  if (typeof a === "number" && typeof b === "number") return a * b
  const product: Polynomial = new Map()
  for (const [ka, ca] of parse(a)) {
    for (const [kb, cb] of parse(b)) {
      const key = [...ka.split("*"), ...kb.split("*")]
        .filter((f) => f !== "")
        .sort()
        .join("*")
      product.set(key, (product.get(key) ?? 0) + ca * cb)
    }
  }
  return format(product)
}

/** Number of elements of a shape. */
export const sizeOf = (shape: Shape): Dim => shape.reduce<Dim>(multiplyDims, 1)

/** The terms of a dimension, for evaluating it in a graph: coefficient and the names that are multiplied. */
export const termsOf = (dim: Dim): { readonly coefficient: number; readonly names: readonly string[] }[] =>
  [...parse(dim)].map(([key, coefficient]) => ({ coefficient, names: key === "" ? [] : key.split("*") }))

/** The value of a dimension, given the value of each name. */
export const valueOf = (dim: Dim, values: ReadonlyMap<string, number>): number => {
  if (typeof dim === "number") return dim
  const known = values.get(dim)
  if (known !== undefined) return known
  let total = 0
  for (const { coefficient, names } of termsOf(dim)) {
    total += names.reduce((product, name) => {
      const value = values.get(name)
      if (value === undefined) throw new RangeError(`no input of this run has the dimension "${name}"`)
      return product * value
    }, coefficient)
  }
  return total
}

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((dim, i) => dim === b[i])

/** Distance in memory between neighbours along each axis. */
export const stridesOf = (shape: readonly number[]): number[] => {
  const strides = new Array<number>(shape.length)
  for (let axis = shape.length - 1, step = 1; axis >= 0; axis--) {
    strides[axis] = step
    step *= shape[axis]
  }
  return strides
}

/** The shape that two shapes broadcast to by trailing axes, or undefined where they do not. */
export const broadcastShapes = (a: Shape, b: Shape): Shape | undefined => {
  const rank = Math.max(a.length, b.length)
  const result: Dim[] = []
  for (let i = 0; i < rank; i++) {
    const da = a[i - rank + a.length] ?? 1
    const db = b[i - rank + b.length] ?? 1
    if (da !== db && da !== 1 && db !== 1) return undefined
    result.push(da === 1 ? db : da)
  }
  return result
}

export const showShape = (shape: Shape): string => `[${shape.join(", ")}]`
