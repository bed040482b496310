/** Different codes that are counted one by one; a file with more has another fault than a few codes. */
const MAX_CODES = 20_000;
const SHOWN = 5;

const utf8 = new TextDecoder();

/** Why records have no place, and which codes nobody knows. */
export class LostCodes {
  noCode = 0;
  unknown = 0;
  readonly #codes = new Map<string, number>();

  add(bytes: Uint8Array, start: number, end: number): void {
    this.unknown++;
    const code = utf8.decode(bytes.subarray(start, Math.min(end, start + 60)));
    const count = this.#codes.get(code);
    if (count !== undefined || this.#codes.size < MAX_CODES) this.#codes.set(code, (count ?? 0) + 1);
  }

  /** The commonest of those that were seen first. */
  commonest(): { code: string; count: number }[] {
    return [...this.#codes]
      .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
      .slice(0, SHOWN)
      .map(([code, count]) => ({ code, count }));
  }
}
