export function hugePages(): Record<string, string>
export function startedWithHugePages(): void
