/** Whether the head of a folder is one for a task: on the state that the backbone gives, with the task's classes, in any order. */
import type { Head } from "../../model/library.ts"
import type { Checkpoint, HostTensor } from "../../plugin/index.ts"
import type { PeftModule } from "./read.ts"

export interface TaskHead {
  readonly head?: Head
  /** Why a head that is there is not taken; undefined where it is, or where there is none. */
  readonly otherwise?: string
}

export const headFor = (
  { head, labels, pooling, unread }: Pick<PeftModule, "head" | "labels" | "pooling" | "unread">,
  wanted: readonly string[],
  { config }: Pick<Checkpoint, "config">,
): TaskHead => {
  if (!head) return unread.length > 0 ? { otherwise: `has a head that is not read (${unread.join(", ")})` } : {}
  if (!labels) return { otherwise: "has a head that does not say which classes it has" }
  const own = [...labels].sort()
  if ([...wanted].sort().some((label, i) => label !== own[i]) || own.length !== wanted.length)
    return {
      otherwise: `has a head for other classes (${labels.slice(0, 5).join(", ")}${labels.length > 5 ? ", ..." : ""})`,
    }
  if (pooling !== undefined && pooling !== config.pooling)
    return { otherwise: `has a head on the pooling "${pooling}", and the backbone has "${config.pooling}"` }
  return {
    head: inOrder(
      head,
      wanted.map((label) => labels.indexOf(label)),
    ),
  }
}

/** The columns of a head in another order. */
const inOrder = ({ W, b }: Head, columns: readonly number[]): Head => {
  const [width, classes] = W.shape
  const turned: HostTensor = { shape: W.shape, data: new Float32Array(width * classes) }
  for (let i = 0; i < width; i++)
    columns.forEach((from, c) => {
      ;(turned.data as Float32Array)[i * classes + c] = Number(W.data[i * classes + from])
    })
  return { W: turned, b: { shape: b.shape, data: Float32Array.from(columns, (from) => Number(b.data[from])) } }
}
