/** Flags of the command line that diagnostics have their places in, under these names in place of a file's. */

export const SET = "--set"
export const ONLY = "--only"
export const SKIP = "--skip"

/** Whether a place is in flags, and in no file. */
export const isFlag = (file: string): boolean => file === SET || file === ONLY || file === SKIP

/** The flag on a line of the text of all flags. */
export const flagAt = (text: string, line: number): string => text.split("\n")[line - 1] ?? ""
