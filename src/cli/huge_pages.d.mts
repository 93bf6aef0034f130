/** Types of huge_pages.mjs, which is JavaScript so that an old Node can read it. */
export function hugePages(): Record<string, string>
export function startedWithHugePages(): void
