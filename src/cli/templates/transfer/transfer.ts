/**
 * Blocks from the end: the last block of the target takes over the last one of the source, the one before it the one before,
 *   theta'_j = theta_(j + source blocks - target blocks),
 * and a deeper target repeats the first. Features are taken number by number, so both backbones are equally wide.
 */
import { defineTransfer, NoOptions } from "l2r/plugin"

export default defineTransfer({
  name: "from_the_end",
  summary: "Blocks are counted from the end, features number by number",
  equation: "theta'_j = theta_(j + source blocks - target blocks)",
  options: NoOptions,
  layers: (source, target) => Array.from({ length: target }, (_, j) => [Math.max(0, j + source - target)]),
})
