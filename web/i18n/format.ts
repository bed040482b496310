import type { Lang } from './translate.ts';

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** 480717 → "480,717". The same in both languages. */
export const formatCount = (n: number): string => whole.format(n);

/** n ÷ size cut to `digits` decimals, trailing zeros kept: a figure never looks larger than it is. Multiplied first: whole
 * numbers stay exact, and 2.07 does not become 2.06. */
const cut = (n: number, size: number, digits: number): string => {
  const scaled = Math.floor((n * 10 ** digits) / size);
  return digits === 0 ? formatCount(scaled) : (scaled / 10 ** digits).toFixed(digits);
};

const UNITS: Record<Lang, [number, string][]> = {
  zh: [
    [1e8, '亿'],
    [1e4, '万'],
  ],
  en: [
    [1e9, 'bn'],
    [1e6, 'm'],
  ],
};

/** A large number in a few characters: [digits, unit]. Under a million it is written out. */
export function formatShort(n: number, lang: Lang): [string, string] {
  if (n < 1e6) return [formatCount(n), ''];
  const [size, unit] = UNITS[lang].find(([from]) => n >= from) ?? [1, ''];
  const value = n / size;
  return [cut(n, size, value >= 1000 ? 0 : value >= 100 ? 1 : 2), unit];
}

/** A power of ten on a scale: 1,000 → "1千" or "1k"; exact. */
export function formatTick(n: number, lang: Lang): string {
  const units: [number, string][] =
    lang === 'zh'
      ? [
          [1e8, '亿'],
          [1e4, '万'],
        ]
      : [
          [1e9, 'bn'],
          [1e6, 'm'],
          [1e3, 'k'],
        ];
  const [size, unit] = units.find(([from]) => n >= from) ?? [1, ''];
  return `${formatCount(n / size)}${unit}`;
}

/** The server's cut percentage, or a dash: a rate without a denominator is neither 0 nor 100. */
export const formatPercent = (percent: string | null): string => (percent === null ? '—' : `${percent}%`);

/** A share as the server gives it: cut to two decimals, never rounded up; null where it is of nothing. */
export const cutPercent = (numerator: number, denominator: number): string | null =>
  denominator === 0 ? null : cut(numerator * 100, denominator, 2);

/** A fraction in a few characters: "158,123 / 171,220", "1.58亿 / 1.71亿". */
export const formatShortFraction = (numerator: number, denominator: number, lang: Lang): string =>
  [numerator, denominator].map((n) => formatShort(n, lang).join('')).join(' / ');

/** "479,034 / 480,717"; a figure that is part of nothing has no fraction. */
export const formatFraction = (numerator: number, denominator: number | null): string =>
  denominator === null ? formatCount(numerator) : `${formatCount(numerator)} / ${formatCount(denominator)}`;

const formats = new Map<string, Intl.DateTimeFormat>();
function format(lang: Lang, timeZone: string, kind: keyof typeof KINDS): Intl.DateTimeFormat {
  const key = `${lang} ${timeZone} ${kind}`;
  let made = formats.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat(lang === 'zh' ? 'zh-CN' : 'en-GB', { timeZone, hourCycle: 'h23', ...KINDS[kind] });
    formats.set(key, made);
  }
  return made;
}

const KINDS = {
  time: { hour: '2-digit', minute: '2-digit', second: '2-digit' },
  day: { year: 'numeric', month: '2-digit', day: '2-digit' },
  date: { year: 'numeric', month: 'long', day: 'numeric', weekday: 'short' },
  moment: { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

/** An instant as the city's clocks show it. */
export const formatInstant = (at: string | number, lang: Lang, timeZone: string, kind: keyof typeof KINDS): string =>
  format(lang, timeZone, kind).format(new Date(at));

/** The day (YYYY-MM-DD) of an instant in a zone. */
export function dayOf(at: string | number, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone }).format(new Date(at));
}

/** A day moved by whole days; days have no zone. */
export function moveDay(day: string, by: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + by * 86_400_000).toISOString().slice(0, 10);
}
