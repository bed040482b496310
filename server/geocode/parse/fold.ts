import { Converter } from 'opencc-js/t2cn';

/** What a folded unit is. Bits. */
export const DIGIT = 1;
export const LETTER = 2;
export const NUMERAL = 4;
export const STEM = 8;
export const HAN = 16;
/** Punctuation: an element may end here, a name does not run over it. */
export const BREAK = 0x0a;
export const DASH = 0x2d;
export const HASH = 0x23;

const BREAKS = ' ,，、。.．;；:：/／|｜\\()（）[]【】{}《》<>〈〉「」『』“”"\'‘’?？!！*+=&@^~`\t\r\n\u3000\u00a0';
const DASHES = '-－–—―﹣‐‑‒−_＿~～〜ー';
const ZEROS = '零○◯Ｏ';
const NUMERALS = '〇一二三四五六七八九十百两廿卅壹贰叁肆伍陆柒捌玖拾佰';
const STEMS = '甲乙丙丁戊己庚辛';

/** Simplified for traditional, one unit for one: OpenCC's single characters, read once. */
function simplified(): Uint16Array {
  const [first, last] = [0x4e00, 0x9fff];
  const table = new Uint16Array(last + 1);
  const chars = Array.from({ length: last - first + 1 }, (_, i) => String.fromCharCode(first + i));
  const convert = Converter({ from: 't', to: 'cn' }) as (text: string) => string;
  const folded = convert(chars.join('\n')).split('\n');
  folded.forEach((char, i) => (table[first + i] = char.length === 1 ? char.charCodeAt(0) : first + i));
  return table;
}

function buildFold(): Uint16Array {
  const fold = Uint16Array.from({ length: 65536 }, (_, code) => code);
  fold.set(simplified().subarray(0x4e00), 0x4e00);
  for (let code = 0; code < 0x20; code++) fold[code] = BREAK;
  for (let code = 0xff01; code <= 0xff5e; code++) fold[code] = code - 0xfee0;
  for (let code = 0x61; code <= 0x7a; code++) fold[code] = fold[code + 0xfee0] = code - 0x20;
  for (let i = 0; i < 9; i++) fold[0x2460 + i] = fold[0x2160 + i] = 0x31 + i; // ① and Ⅰ
  for (const code of [0x200b, 0x200c, 0x200d, 0xfeff, 0xb7, 0x2022, 0x2116, 0xfffd]) fold[code] = 0;
  for (const char of BREAKS) fold[char.charCodeAt(0)] = BREAK;
  for (const char of DASHES) fold[char.charCodeAt(0)] = DASH;
  for (const char of ZEROS) fold[char.charCodeAt(0)] = 0x3007;
  fold[0xff03] = HASH;
  fold['衖'.charCodeAt(0)] = '弄'.charCodeAt(0);
  fold['幢'.charCodeAt(0)] = fold['棟'.charCodeAt(0)] = '栋'.charCodeAt(0);
  return fold;
}

function buildClasses(): Uint8Array {
  const classes = new Uint8Array(65536);
  for (let code = 0x30; code <= 0x39; code++) classes[code] = DIGIT;
  for (let code = 0x41; code <= 0x5a; code++) classes[code] = LETTER;
  for (let code = 0x3400; code <= 0x9fff; code++) classes[code] = HAN;
  for (const char of NUMERALS) classes[char.charCodeAt(0)] = NUMERAL | HAN;
  for (const char of STEMS) classes[char.charCodeAt(0)] = STEM | HAN;
  return classes;
}

/** One unit for one: half width, upper case, simplified; punctuation is BREAK, a dash is DASH, 0 is left out. */
export const FOLD = buildFold();
/** Class bits of a folded unit. */
export const CLASSES = buildClasses();

/** A text folded; breaks and what is left out are gone. */
export function foldText(text: string): string {
  let folded = '';
  for (let i = 0; i < text.length; i++) {
    const code = FOLD[text.charCodeAt(i)]!;
    if (code !== 0 && code !== BREAK) folded += String.fromCharCode(code);
  }
  return folded;
}
