/**
 * A text and its answer: an encoder reads the one, a decoder writes the other token by token, and sees the states that the
 * encoder ends with. Two packed batches, one of the texts and one of the answers; feeds of the answers are "answer/ids" etc.
 */
import type { TokenIds } from "../plugin/index.ts"
import { packedLayout, type Tensor } from "../tensor/index.ts"
import { type Feeds, packed } from "./batch.ts"
import { type Encoded, encoder, type Network, type Participant, type Trained, traced } from "./encoder.ts"

/** Before the names of feeds. */
const ANSWER = "answer"

export interface Decoded {
  readonly text: Encoded
  /** States of the decoder's last layer: [length, width] with the rows of the answers. */
  readonly hidden: Tensor
}

/** `trained`: what of the backbone's own weights is a parameter. */
export const encoderDecoder = (
  network: Network,
  participant: Participant = {},
  trained: Trained = false,
  layout = packedLayout(),
): Decoded => {
  const { backbone, checkpoint } = network
  if (!backbone.decode) throw new Error(`the backbone ${backbone.name} has no decoder beside an encoder`)
  const text = encoder(network, participant, trained, layout)
  const answers = { layout: packedLayout(ANSWER), named: `${ANSWER}/`, text: text.hidden }
  return { text, hidden: backbone.decode(traced(network, participant, trained, answers), text.hidden, checkpoint) }
}

/** Feeds of the answers' tokens so far; the first of each is that which the decoder begins with. */
export const packedAnswers = (answers: readonly TokenIds[]): Feeds => asAnswers(packed(answers))

/** Feeds of a packed batch as those of answers. */
export const asAnswers = (feeds: Feeds): Feeds =>
  Object.fromEntries(Object.entries(feeds).map(([name, value]) => [`${ANSWER}/${name}`, value]))

/** The token that each answer begins with. */
export const startOf = ({ backbone, checkpoint }: Network): number => {
  const start = backbone.answers?.(checkpoint).start
  if (start === undefined) throw new Error(`the backbone ${backbone.name} does not say what its decoder begins with`)
  return start
}
