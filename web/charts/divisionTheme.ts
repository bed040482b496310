/** What the divisions on the map are coloured by, beside the completion rate. */
import type { DataGridAnswer, QualityAnswer } from '../../server/api/dataGridShapes.ts';
import { buildScale, NO_RATE, type RateScale } from './scale.ts';

export const THEME_KEYS = ['quality', 'coverage', 'freshness'] as const;
export type ThemeKey = (typeof THEME_KEYS)[number];

/** A figure of a division, and as of which answer. */
export interface ThemeValue {
  /** Percent, or days; null: no data. */
  value: number | null;
  /** As it is shown. */
  text: string;
  numerator: number;
  denominator: number | null;
}

export type ThemeTable =
  { key: 'quality'; table: QualityAnswer } | { key: 'coverage' | 'freshness'; table: DataGridAnswer };

type GridRow = DataGridAnswer['total'];

const percentOf = (rate: { percent: string | null; numerator: number; denominator: number }): ThemeValue => ({
  value: rate.percent === null ? null : Number(rate.percent),
  text: rate.percent === null ? '—' : `${rate.percent}%`,
  numerator: rate.numerator,
  denominator: rate.denominator,
});

const daysOf = ({ daysSinceVisit, visited }: GridRow): ThemeValue => ({
  value: daysSinceVisit,
  text: daysSinceVisit === null ? '—' : String(daysSinceVisit),
  numerator: visited.numerator,
  denominator: visited.denominator,
});

const gridValue = (key: 'coverage' | 'freshness', row: GridRow): ThemeValue =>
  key === 'coverage' ? percentOf(row.visited) : daysOf(row);

/** By division, in the order of the table. */
export function valuesOf(themed: ThemeTable): Map<number, ThemeValue> {
  return themed.key === 'quality'
    ? new Map(themed.table.rows.map((row) => [row.division.id, percentOf(row.atBuilding)]))
    : new Map(themed.table.rows.map((row) => [row.division.id, gridValue(themed.key, row)]));
}

/** Of the chosen division: its own row where it is one of those shown, else the total. */
export function valueHere(themed: ThemeTable, chosen: number | null): ThemeValue {
  if (themed.key === 'quality') return percentOf(ownRow(themed.table, chosen).atBuilding);
  return gridValue(themed.key, ownRow(themed.table, chosen));
}

interface Table<Figures> {
  rows: readonly (Figures & { division: { id: number } })[];
  total: Figures;
}

/** The figures of the chosen division in a table. */
export const ownRow = <Figures>({ rows, total }: Table<Figures>, chosen: number | null): Figures =>
  rows.find(({ division }) => division.id === chosen) ?? total;

/** Quantiles of what is shown. Many days ask for attention, as a low share does. */
export function scaleOf(key: ThemeKey, values: Iterable<ThemeValue>): RateScale {
  const scale = buildScale([...values].map(({ value }) => value));
  return key === 'freshness' ? { ...scale, colors: scale.colors.toReversed() } : scale;
}

/** Days in whole numbers, shares with two decimals. */
export function themeLabels(key: ThemeKey, { edges, colors }: RateScale): string[] {
  const text = edges.map((edge) => (key === 'freshness' ? String(edge) : edge.toFixed(2)));
  if (text.length === 0) return [''];
  return colors.map((_, i) =>
    i === 0 ? `< ${text[0]}` : i === text.length ? `≥ ${text[i - 1]}` : `${text[i - 1]} – ${text[i]}`,
  );
}

/** Share of a bar's length, 0 to 1: of a share the share, of days their part of the most. */
export function themeBar(key: ThemeKey, value: number | null, most: number): number {
  if (value === null) return 0;
  if (key === 'freshness') return most === 0 ? 0 : Math.min(1, value / most);
  return Math.min(1, value / 100);
}

export { NO_RATE as NO_DATA };
