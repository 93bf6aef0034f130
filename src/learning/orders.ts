/** Orders in which the tasks of a stream arrive, and the rows whose final figures no order can change. */
import type { Row } from "./results.ts"

/** The tasks as the spec writes them. */
export function writtenOrder(tasks: number): Int32Array {
  return Int32Array.from({ length: tasks }, (_, i) => i)
}

/**
 * Modules trained apart and composed by a router that is fitted from scratch end the same in every order: their final accuracy is one observation,
 * however many orders are run, and is marked so. What is trained over the stream as a whole (shared modules) depends on the order,
 * as do a memory that chooses along the stream and a warm start (`dependsOnOrder`), and all anytime figures.
 */
export function orderInvariant(row: Pick<Row, "how" | "dependsOnOrder">): boolean {
  return !row.dependsOnOrder && (row.how === "selects" || row.how === "composes")
}
