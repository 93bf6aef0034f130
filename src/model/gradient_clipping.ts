/**
 * Clipping by the global norm (Pascanu et al. 2013, arXiv 1211.5063): with |g| the length of all gradients together,
 *   g <- g min(1, most / (|g| + 1e-6)).
 */

type Gradients = ReadonlyMap<string, Float32Array>

/** By parameter; the same arrays where they are short enough. */
export const clipped = (gradients: Gradients, most: number): Gradients => {
  let squares = 0
  for (const gradient of gradients.values()) for (const g of gradient) squares += g * g
  const factor = Math.min(1, most / (Math.sqrt(squares) + 1e-6))
  if (factor === 1) return gradients
  return new Map([...gradients].map(([name, gradient]) => [name, gradient.map((g) => g * factor)]))
}
