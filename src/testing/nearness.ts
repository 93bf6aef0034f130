/** Comparisons of arrays in tests, with a message that says where they part. */
import assert from "node:assert/strict"
import type { HostTensor } from "../plugin/index.ts"

type Numbers = Pick<HostTensor, "data"> & { readonly shape?: readonly number[] }

/** Largest difference, NaN and unequal lengths counted as infinite. */
export const gap = (a: Numbers, b: Numbers): number => {
  if (a.data.length !== b.data.length) return Number.POSITIVE_INFINITY
  let most = 0
  for (let i = 0; i < a.data.length; i++) {
    const difference = Math.abs(Number(a.data[i]) - Number(b.data[i]))
    most = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(most, difference)
  }
  return most
}

export const assertNear = (a: Numbers, b: Numbers, tolerance: number, what: string): void => {
  const found = gap(a, b)
  assert.ok(found <= tolerance, `${what}: differ by ${found}, allowed ${tolerance}`)
}

/** Central differences of `loss` at some coordinates of `values`, against a gradient: |difference| at most 1e-5 (1 + |gradient|). */
export const assertGradient = async (
  what: string,
  values: Float64Array,
  gradient: HostTensor["data"],
  loss: () => Promise<number>,
): Promise<void> => {
  const step = 1e-5
  const stride = Math.max(1, Math.floor(values.length / 5))
  for (let i = 0; i < values.length; i += stride) {
    const middle = values[i]
    values[i] = middle + step
    const above = await loss()
    values[i] = middle - step
    const below = await loss()
    values[i] = middle
    const [found, expected] = [Number(gradient[i]), (above - below) / (2 * step)]
    assert.ok(
      Math.abs(found - expected) <= 1e-5 * (1 + Math.abs(expected)),
      `gradient of ${what}[${i}] is ${found}, central differences say ${expected}`,
    )
  }
}
