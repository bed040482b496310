import type { Rate } from '../api/shapes.ts';

/**
 * A share as text in percent, cut after `digits`: never rounded up to what it is not. 479,034 of 480,717 is 99.64, and
 * only n = d is 100.00. Exact: computed in whole numbers.
 * @returns null where the denominator is zero: neither 0 nor 100 %.
 */
export function formatPercent(numerator: number, denominator: number, digits = 2): string | null {
  if (denominator === 0) return null;
  const scale = 10n ** BigInt(digits);
  const cut = (BigInt(numerator) * 100n * scale) / BigInt(denominator);
  const whole = (cut / scale).toString();
  return digits === 0 ? whole : `${whole}.${(cut % scale).toString().padStart(digits, '0')}`;
}

/** A percentage that was cut, as a share: a workbook rounds what it shows, and shows no more digits than these. */
export const shareOf = (percent: string | null): number | null => (percent === null ? null : Number(percent) / 100);

/** A rate with its two numbers. */
export function rateOf(numerator: number, denominator: number): Rate {
  const value = denominator === 0 ? null : numerator / denominator;
  return { numerator, denominator, value, percent: formatPercent(numerator, denominator) };
}
