/**
 * Replay with a weight: a step sees a batch of the newest task and as many remembered texts of the tasks before,
 *   L = CE(newest) + weight CE(remembered).
 */
import { add, defineStrategy, NonNegativeNumber, optional, Schema, scale } from "l2r/plugin"

export default defineStrategy({
  name: "weighed_replay",
  summary: "Remembered texts are seen again, with a weight of their own",
  equation: "L = CE(newest) + weight CE(remembered)",
  options: Schema.Struct({
    weight: optional(NonNegativeNumber, 1, "weight of what is remembered"),
  }),
  trains: "adapter",
  visits: "one_by_one",
  replays: () => ({ draws: 1 }),
  loss: ({ crossEntropy, newest, replayed: [drawn] }, { weight }) => {
    const learnt = newest(crossEntropy())
    return drawn ? add(learnt, scale(drawn(crossEntropy()), weight)) : learnt
  },
})
