/** Types of write_vsix.mjs. */
export function entries(): [string, Uint8Array][]
export function zip(files: readonly (readonly [string, Uint8Array])[]): Buffer
export function crc32(bytes: Uint8Array): number
