/**
 * Elementary functions by additions, products and quotients alone, which IEEE 754 fixes: the same bits on every
 * JavaScript engine, as Math.log, Math.exp, Math.cos and ** are not.
 */

const LN2 = 0.6931471805599453

/** ln x for x > 0: exact halving and doubling to a mantissa m near 1, then ln m = 2 atanh((m - 1)/(m + 1)) by its series. */
export const logarithm = (x: number): number => {
  let mantissa = x
  let halvings = 0
  for (; mantissa < Math.SQRT1_2; halvings++) mantissa *= 2
  for (; mantissa > Math.SQRT2; halvings--) mantissa /= 2
  const t = (mantissa - 1) / (mantissa + 1)
  const square = t * t
  let sum = 0
  for (let k = 25; k >= 1; k -= 2) sum = sum * square + 1 / k
  return 2 * t * sum - halvings * LN2
}

/** e^x: x = n ln 2 + r, then e^r by its series and n exact doublings or halvings; 0 and Infinity beyond what a double holds. */
export const exponential = (x: number): number => {
  if (x < -746) return 0
  if (x > 710) return Number.POSITIVE_INFINITY
  const n = Math.round(x / LN2)
  const r = x - n * LN2
  let sum = 1
  for (let k = 20; k >= 1; k--) sum = 1 + (r / k) * sum
  for (let i = 0; i < n; i++) sum *= 2
  for (let i = 0; i > n; i--) sum /= 2
  return sum
}

/** erf(x) = 2/sqrt(pi) exp(-x^2) sum_n 2^n x^(2n+1)/(2n+1)!!, whose terms have one sign (Abramowitz & Stegun 7.1.6). */
export const erf = (x: number): number => {
  if (Math.abs(x) > 6) return Math.sign(x)
  let term = x
  let sum = x
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1)
    sum += term
  }
  return (2 / Math.sqrt(Math.PI)) * exponential(-x * x) * sum
}

/** base^exponent for a positive base. */
export const power = (base: number, exponent: number): number => exponential(exponent * logarithm(base))

/** cos x for |x| <= pi: 1 - 2 sin^2(x/2), the sine by its series. */
export const cosine = (x: number): number => {
  const half = x / 2
  let sum = 1
  for (let k = 27; k >= 3; k -= 2) sum = 1 - ((half * half) / (k * (k - 1))) * sum
  const sine = half * sum
  return 1 - 2 * sine * sine
}
