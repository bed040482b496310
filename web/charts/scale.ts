/** Colours of a rate: steps at the quantiles of what is shown, so that 95-100 % still tells districts apart. */

export interface RateScale {
  /** Inner edges, ascending, in percent; one fewer than colours. */
  edges: number[];
  colors: string[];
  /** Where bars begin, in percent: a round number under the lowest value. */
  floor: number;
}

/** From what asks for attention (warm, bright) to what is well (cool, quiet); apart for every kind of colour vision. */
const RAMP = ['#f3b169', '#b99a7c', '#7c8698', '#47709b', '#28547f'] as const;
export const NO_RATE = '#1d2633';

/** @param percents cut percentages, as shown; null where there is no case. */
export function buildScale(percents: readonly (number | null)[]): RateScale {
  const sorted = percents.filter((p): p is number => p !== null).sort((a, b) => a - b);
  const lowest = sorted[0] ?? 0;
  const edges: number[] = [];
  for (let i = 1; i < RAMP.length; i++) {
    const edge = sorted[Math.floor((sorted.length * i) / RAMP.length)];
    if (edge !== undefined && edge > lowest && edge > (edges.at(-1) ?? -Infinity)) edges.push(edge);
  }
  return { edges, colors: pickColors(edges.length + 1), floor: floorOf(lowest) };
}

/** Spread over the ramp; a single class is the quiet end: nothing stands out. */
function pickColors(n: number): string[] {
  if (n === 1) return [RAMP[RAMP.length - 1]!];
  return Array.from({ length: n }, (_, i) => RAMP[Math.round((i * (RAMP.length - 1)) / (n - 1))]!);
}

/** A round number at least a quarter of the way below the lowest value. */
function floorOf(lowest: number): number {
  const room = (100 - lowest) * 1.3;
  const step = room > 40 ? 20 : room > 8 ? 5 : room > 1.5 ? 1 : 0.5;
  return Math.max(0, Math.floor((100 - room) / step) * step);
}

export function colorOf(scale: RateScale, percent: number | null): string {
  if (percent === null) return NO_RATE;
  return scale.colors[scale.edges.filter((edge) => percent >= edge).length]!;
}

/** Share of a bar's length, 0 to 1. */
export function barOf(scale: RateScale, percent: number | null): number {
  if (percent === null || scale.floor >= 100) return 0;
  return Math.min(1, Math.max(0, (percent - scale.floor) / (100 - scale.floor)));
}

/** "< 99.20", "99.20 – 99.45", … "≥ 99.80". */
export function labelsOf(scale: RateScale): string[] {
  const text = scale.edges.map((edge) => edge.toFixed(2));
  if (text.length === 0) return [''];
  return scale.colors.map((_, i) =>
    i === 0 ? `< ${text[0]}` : i === text.length ? `≥ ${text[i - 1]}` : `${text[i - 1]} – ${text[i]}`,
  );
}
