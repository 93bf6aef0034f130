/** A row as a measuring program tells it: for people, or as a JSON line for the program that writes the table. */

export interface Told {
  readonly name: string
  readonly ours: string
  readonly peer: string
  readonly theirs: string
  /** What is compared with the goal; absent where it was not measured. */
  readonly value?: number
  /** How it is written, by default with two decimals. */
  readonly shown?: string
  readonly goal: number
  readonly others?: string
  readonly share?: string
  /** Where its time or memory goes; shown if it misses its goal. */
  readonly profile?: string
}

export const teller =
  (json: boolean) =>
  (row: Told): void =>
    console.log(json ? JSON.stringify({ row }) : lineOf(row))

export const misses = ({ value, goal }: Told): boolean => value !== undefined && value > goal

/** A row of the table. Bold where the goal is met. */
export const lineOf = ({ name, ours, peer, theirs, value, shown, goal, others = "", share = "" }: Told): string => {
  const text = value === undefined ? "" : (shown ?? value.toFixed(2))
  const met = value !== undefined && value <= goal
  return `| ${name} | ${ours} | ${peer} | ${theirs} | ${met ? `**${text}**` : text} | ${goal} | ${others} | ${share} |`
}
