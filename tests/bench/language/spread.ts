/** Of some times, the middle and the least. */
export const spread = (times: readonly number[]): { readonly median: number; readonly best: number } => {
  const sorted = [...times].sort((a, b) => a - b)
  return { median: sorted[sorted.length >> 1], best: sorted[0] }
}
