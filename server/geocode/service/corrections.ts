import { HekanError } from '../../errors.ts';
import type { AddressBase } from '../base/base.ts';
import { foldText } from '../parse/fold.ts';
import type { Match } from '../types.ts';
import type { AddressAlias } from './aliases.ts';

/** A text as corrections are looked up by: simplified, half width, without spaces and punctuation. */
export const aliasKey = (text: string): string => foldText(text);

/** What people have corrected: a text that was corrected is never asked of the matcher, and the matcher knows its names. */
export class Corrections {
  readonly #base: AddressBase;
  readonly #codes = new Map<string, string>();

  constructor(base: AddressBase) {
    this.#base = base;
  }

  /** @returns false where one of them is another address than it was: the base holds the old one, and must be read anew. */
  take(aliases: readonly AddressAlias[]): boolean {
    for (const { text, code } of aliases) {
      const key = aliasKey(text);
      const known = this.#codes.get(key);
      if (known === code) continue;
      if (known !== undefined) return false;
      this.#codes.set(key, code);
      this.#teach(code, text);
    }
    return true;
  }

  /** Is one of the codes what a text was corrected to? */
  holds(codes: ReadonlySet<string>): boolean {
    for (const code of this.#codes.values()) if (codes.has(code)) return true;
    return false;
  }

  /** A text that names nothing, or whose address is gone, teaches the matcher nothing. */
  #teach(code: string, text: string): void {
    try {
      this.#base.addAlias(code, text);
    } catch (error) {
      if (!(error instanceof HekanError)) throw error;
    }
  }

  /** The address that a text was corrected to, or null. */
  find(text: string): Match | null {
    if (this.#codes.size === 0) return null;
    const code = this.#codes.get(aliasKey(text));
    const row = code === undefined ? -1 : this.#base.rowOf(code);
    if (code === undefined || row < 0) return null;
    const [lng, lat] = this.#base.positionOf(row);
    const divisionId = this.#base.divisionOf(row);
    return {
      level: this.#base.levelOf(row),
      confidence: 1,
      lng,
      lat,
      code,
      divisionId: divisionId === 0 ? null : divisionId,
      candidates: [],
      reason: null,
      baseVersion: this.#base.version,
    };
  }
}
