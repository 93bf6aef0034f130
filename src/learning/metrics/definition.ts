/** A metric's name, version and meaning. A change of meaning is a new version. */
export interface MetricDefinition {
  readonly name: string
  readonly version: number
  readonly unit: "percent" | "percentage points" | "fraction" | "nats"
  readonly formula: string
  readonly reference: string
}

/**
 * Six significant digits. Figures that need a logarithm are stored so, because engines may differ in its last bit;
 * all other figures use only operations that IEEE 754 rounds exactly.
 */
export function significant(value: number): number {
  return Number(value.toPrecision(6))
}
