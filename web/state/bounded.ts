/** Newest first, at most `limit` of them, each key once: a list that may run for months. */
export function prepend<T>(list: readonly T[], items: readonly T[], keyOf: (item: T) => unknown, limit: number): T[] {
  const seen = new Set<unknown>();
  const out: T[] = [];
  for (const item of [...items, ...list]) {
    const key = keyOf(item);
    if (seen.has(key)) continue;
    seen.add(key);
    out.push(item);
    if (out.length === limit) break;
  }
  return out;
}
