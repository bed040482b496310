/** The colour scale of record density: logarithmic, the same at every zoom because it counts per square kilometre. */

/** The scale's top: the next power of ten, so that it seldom moves and the legend reads well. */
export const topOf = (peak: number): number => 10 ** Math.max(2, Math.ceil(Math.log10(Math.max(1, peak))));

/** Decades of the scale under its top that are drawn. */
export const DECADES = 4;

/** Where a density stands on the scale, 0 to 1; logarithmic. */
export function densityShare(perKm2: number, top: number): number {
  if (perKm2 <= 0) return 0;
  return Math.min(1, Math.max(0, 1 + Math.log10(perKm2 / top) / DECADES));
}

/** City lights: nothing, slate, ivory. [share, r, g, b, a] */
const STOPS: readonly (readonly [number, number, number, number, number])[] = [
  [0, 84, 132, 170, 0],
  [0.12, 96, 150, 190, 80],
  [0.35, 132, 178, 204, 140],
  [0.6, 212, 210, 184, 190],
  [0.8, 250, 222, 158, 230],
  [1, 255, 250, 232, 255],
];

export function densityColor(share: number): [number, number, number, number] {
  const upper = Math.max(
    1,
    STOPS.findIndex(([at]) => at >= share),
  );
  const [from, ...low] = STOPS[upper - 1]!;
  const [to, ...high] = STOPS[upper]!;
  const t = (share - from) / (to - from);
  return low.map((v, i) => Math.round(v + (high[i]! - v) * t)) as [number, number, number, number];
}

export const densityGradient = (): string =>
  STOPS.map(([at, r, g, b, a]) => `rgb(${r} ${g} ${b} / ${(a / 255).toFixed(2)}) ${at * 100}%`).join(', ');
