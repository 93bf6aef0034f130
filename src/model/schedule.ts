/**
 * How the learning rate changes: its share at step n of N, after a warm-up of W steps in which it rises from zero, n/W.
 *   linear     (N - n) / (N - W)
 *   cosine     (1 + cos(pi (n - W) / (N - W))) / 2   (Loshchilov and Hutter 2017, arXiv 1608.03983, without restarts)
 *   constant   1
 */
import { exact } from "../tensor/index.ts"

export type Schedule = "linear" | "cosine" | "constant"

export const scheduleFactor = (schedule: Schedule, warmUpSteps: number, step: number, total: number): number => {
  if (step < warmUpSteps) return step / Math.max(1, warmUpSteps)
  if (schedule === "constant") return 1
  if (schedule === "linear") return Math.max(0, (total - step) / Math.max(1, total - warmUpSteps))
  const passed = Math.min(1, (step - warmUpSteps) / Math.max(1, total - warmUpSteps))
  return (1 + exact.cosine(Math.PI * passed)) / 2
}
