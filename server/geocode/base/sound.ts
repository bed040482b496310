import { pinyin } from 'pinyin-pro';

/** Syllables by number, read once a character: the commonest reading, without tone. */
const syllables: string[] = [''];
const numbers = new Map<string, number>();
const exact = new Int32Array(65536).fill(-1);
const loose = new Int32Array(65536);

function number(syllable: string): number {
  let at = numbers.get(syllable);
  if (at === undefined) {
    at = syllables.push(syllable) - 1;
    numbers.set(syllable, at);
  }
  return at;
}

/** What people mix up: zh and z, ch and c, sh and s, n and l, a final ng and n. */
function loosened(syllable: string): string {
  const start = syllable.replace(/^([zcs])h/, '$1').replace(/^n/, 'l');
  return start.endsWith('ng') ? start.slice(0, -1) : start;
}

function read(code: number): void {
  const syllable = pinyin(String.fromCharCode(code), { toneType: 'none' }).toLowerCase();
  exact[code] = number(syllable);
  loose[code] = number(loosened(syllable));
}

/** Do the two characters sound alike: 2 the same syllable, 1 one that is easily mixed up, 0 no. */
export function soundsLike(a: number, b: number): 0 | 1 | 2 {
  if (exact[a] === -1) read(a);
  if (exact[b] === -1) read(b);
  return exact[a] === exact[b] ? 2 : loose[a] === loose[b] ? 1 : 0;
}

/** A text by its loosened syllables: one unit a character. */
export function soundKey(text: string): string {
  let key = '';
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (exact[code] === -1) read(code);
    key += String.fromCharCode(loose[code]!);
  }
  return key;
}

/** First letters of the syllables: zhl of 中华路. */
export function initialsOf(text: string): string {
  let initials = '';
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (exact[code] === -1) read(code);
    initials += syllables[exact[code]!]![0] ?? '';
  }
  return initials;
}
