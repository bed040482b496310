import { BREAK, CLASSES, DASH, DIGIT, FOLD, HAN, NUMERAL } from './fold.ts';

const SLASH = 0x2f;
const WIDE_SLASH = 0xff0f;

/** A unit that is a letter of a name, not a numeral. */
const named = (code: number): boolean => (CLASSES[code]! & (HAN | NUMERAL)) === HAN;

/** A text folded for reading, and where each unit of it stood. Reused from text to text. */
export class Folded {
  codes = new Uint16Array(512);
  /** Offset in the original of each unit; one more for the end. */
  origin = new Int32Array(513);
  /** 1 where white space stood before the unit. */
  spaced = new Uint8Array(513);
  size = 0;

  read(text: string): void {
    if (text.length * 2 > this.codes.length) this.widen(text.length * 2);
    const { codes, origin, spaced } = this;
    let size = 0;
    let space = 0;
    for (let i = 0; i < text.length; i++) {
      const given = text.charCodeAt(i);
      const code = FOLD[given]!;
      if (code === 0) continue;
      if (given === 0x20 || given === 0x3000 || given === 0x09 || given === 0xa0) {
        space = 1;
        continue;
      }
      // 3 2 501 is 3-2-501; elsewhere white space says nothing.
      if (space === 1 && size > 0 && CLASSES[code] === DIGIT && CLASSES[codes[size - 1]!] === DIGIT) {
        origin[size] = i - 1;
        spaced[size] = 0;
        codes[size++] = DASH;
      }
      codes[size] = code === BREAK || code === DASH ? this.separator(text, i, code, size) : code;
      origin[size] = i;
      spaced[size++] = space;
      space = 0;
    }
    origin[size] = text.length;
    codes[size] = BREAK;
    this.size = size;
  }

  /** 12/2/501 is 12-2-501, and the dashes of 龙沙区-中华路 are breaks. */
  private separator(text: string, at: number, code: number, size: number): number {
    const before = size > 0 ? this.codes[size - 1]! : BREAK;
    const after = FOLD[text.charCodeAt(at + 1)] ?? BREAK;
    if (code === DASH) return named(before) && named(after) ? BREAK : DASH;
    const given = text.charCodeAt(at);
    const slash = given === SLASH || given === WIDE_SLASH;
    return slash && CLASSES[before] === DIGIT && CLASSES[after] === DIGIT ? DASH : BREAK;
  }

  /** Folded text of [start, end). */
  slice(start: number, end: number): string {
    let text = '';
    for (let i = start; i < end; i++) if (this.codes[i] !== BREAK) text += String.fromCharCode(this.codes[i]!);
    return text;
  }

  private widen(units: number): void {
    this.codes = new Uint16Array(units + 1);
    this.origin = new Int32Array(units + 1);
    this.spaced = new Uint8Array(units + 1);
  }
}
