import { CLASSES, DASH, DIGIT, LETTER, NUMERAL, STEM } from './fold.ts';

const DIGITS = '〇一二三四五六七八九';
const FORMAL = '〇壹贰叁肆伍陆柒捌玖';
const SUB = '附'.charCodeAt(0);
const OF = '之'.charCodeAt(0);
const TO = '至'.charCodeAt(0);
const UNTIL = '到'.charCodeAt(0);

/** −1 no digit, 10 十, 100 百, 20 廿, 30 卅; else the digit. */
const VALUES = new Int8Array(65536).fill(-1);
for (let i = 0; i < 10; i++) VALUES[DIGITS.charCodeAt(i)] = VALUES[FORMAL.charCodeAt(i)] = i;
for (const [char, value] of Object.entries({ 两: 2, 十: 10, 拾: 10, 百: 100, 佰: 100, 廿: 20, 卅: 30 }))
  VALUES[char.charCodeAt(0)] = value;

/** A Chinese numeral as a number: by places (二〇一) where it has neither 十 nor 百, else by value (一百二十). */
function valueOf(codes: Uint16Array, from: number, to: number): string {
  let [total, digit, placed] = [0, 0, ''];
  let byValue = false;
  for (let i = from; i < to; i++) {
    const value = VALUES[codes[i]!]!;
    if (value === 20 || value === 30) {
      total += value;
      byValue = true;
    } else if (value >= 10) {
      total += (digit === 0 && placed.length === 0 ? 1 : Math.max(digit, 1)) * value;
      digit = 0;
      byValue = true;
    } else {
      digit = value;
      placed += String(value);
    }
  }
  return byValue ? String(total + digit) : placed;
}

/** Reads numbers off folded text: 12, 12A, A3, 甲12, 3-2-501, 二十三, 12附1, 12之2. One reader a parser: it is its own result. */
export class NumeralReader {
  end = 0;
  /** Parts without leading zeros, as written: ['3', '2', '501'] of 3-2-501. */
  readonly parts: string[] = [];
  chinese = false;
  /** It holds nothing but arabic digits. */
  plain = false;
  /** The second part is told to be below the first: 附, 之. */
  sub = false;
  /** The last part has two digits and starts with a nought: 01 of 2-5-01, a door of its floor. */
  ofFloor = false;

  /** Is there a numeral at `from`? Chinese ones too, which may prove to be part of a name. */
  read(codes: Uint16Array, from: number, to: number): boolean {
    this.parts.length = 0;
    this.chinese = this.sub = false;
    this.plain = true;
    let at = this.part(codes, from, to);
    if (at === from) return false;
    while (at < to && this.parts.length < 5) {
      const code = codes[at]!;
      const from = this.joins(codes, at);
      if (from === 0) break;
      const next = this.part(codes, from, to);
      if (next === from) break;
      if (code === SUB || code === OF || from === at) this.sub = true;
      this.plain = false;
      at = next;
    }
    this.end = at;
    return true;
  }

  /** Where the next part starts, after a sign or a word, or after the letter of 18甲1; 0 where none does. */
  private joins(codes: Uint16Array, at: number): number {
    const code = codes[at]!;
    if (code === DASH || code === SUB || code === OF) return at + 1;
    if (CLASSES[code] !== DIGIT)
      return (code === TO || code === UNTIL) && CLASSES[codes[at + 1]!] === DIGIT ? at + 1 : 0;
    return (CLASSES[codes[at - 1]!]! & STEM) !== 0 ? at : 0;
  }

  get value(): string {
    return this.parts.length === 1 ? this.parts[0]! : this.parts.join('-');
  }

  private part(codes: Uint16Array, from: number, to: number): number {
    let at = from;
    let before = '';
    let after = '';
    while (at < to && at < from + 3 && (CLASSES[codes[at]!]! & (LETTER | STEM)) !== 0)
      before += String.fromCharCode(codes[at++]!);
    const first = at;
    while (at < to && CLASSES[codes[at]!] === DIGIT) at++;
    this.ofFloor = at - first === 2 && codes[first] === 0x30;
    let digits = '';
    if (at > first) {
      let start = first;
      while (start < at - 1 && codes[start] === 0x30) start++;
      while (start < at) digits += String.fromCharCode(codes[start++]!);
      if (at < to && (CLASSES[codes[at]!]! & (LETTER | STEM)) !== 0 && !this.startsFloor(codes, at, to))
        after = String.fromCharCode(codes[at++]!);
    } else {
      while (at < to && (CLASSES[codes[at]!]! & NUMERAL) !== 0) at++;
      if (at > first) {
        this.chinese = true;
        digits = valueOf(codes, first, at);
      }
    }
    if (digits === '' && before === '') return from;
    if (before !== '' || after !== '') this.plain = false;
    this.parts.push(`${digits}${after}${before}`);
    return at;
  }

  /** 5F is a floor, 12A is a number, 12A座 is a number and a building A. */
  private startsFloor(codes: Uint16Array, at: number, to: number): boolean {
    const next = at + 1 < to ? codes[at + 1]! : 0;
    return (codes[at] === 0x46 && (CLASSES[next]! & LETTER) === 0) || next === 0x5ea7 || next === 0x680b;
  }
}

const TENS = ['', '十', '二十', '三十', '四十', '五十', '六十', '七十', '八十', '九十'];

/** Arabic digits in a name as Chinese numerals, which the same name is more often written with: 建设3路 → 建设三路. */
export function numeralsInName(name: string): string {
  return name.replace(/\d+/g, (digits) => {
    const n = Number(digits);
    if (n < 1 || n > 99) return Array.from(digits, (digit) => DIGITS[Number(digit)]!).join('');
    const ten = Math.floor(n / 10);
    return `${ten === 1 ? '十' : TENS[ten]!}${n % 10 === 0 ? '' : DIGITS[n % 10]!}`;
  });
}
