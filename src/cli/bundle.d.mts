/** Types of bundle.mjs. */
export function bundled(root: string, verb?: string, folder?: string): string | undefined
