/** What the bits of a held case mean. A field is a run of slices; slice s holds bit s of every case of a page. */

export interface Field {
  /** The lowest bit's slice. */
  readonly at: number;
  readonly bits: number;
  /** Which field it is: index of a page's least and greatest values. */
  readonly index: number;
}

export const FIELD_NAMES = ['live', 'status', 'accepted', 'source', 'category', 'day', 'division'] as const;
export type FieldName = (typeof FIELD_NAMES)[number];
export type FieldPlan = Readonly<Record<FieldName, Field>> & {
  /** Slices in all. */
  readonly width: number;
  /** The day that is stored as 0, in days since DAY_ZERO. */
  readonly firstDay: number;
};

/** A case as the columns take it. Category, source and division are indexes of HeldWords. */
export interface HeldCase {
  id: number;
  /** Level-26 key: what the deepest tile draws. Exact in a number. */
  cell: number;
  /** Position in CASE_STATUSES. */
  status: number;
  category: number;
  source: number;
  division: number;
  /** Day of acceptance in the city's zone, in days since DAY_ZERO; null: not accepted. */
  day: number | null;
}

export const DAY_ZERO = '2000-01-01';
const DAY_MS = 86_400_000;

/** A day (YYYY-MM-DD) in days since DAY_ZERO. */
export function dayNumber(day: string): number {
  return (Date.parse(`${day}T00:00:00Z`) - Date.parse(`${DAY_ZERO}T00:00:00Z`)) / DAY_MS;
}

export interface Sizes {
  statuses: number;
  sources: number;
  categories: number;
  divisions: number;
  firstDay: number;
  lastDay: number;
}

/** A value has outgrown its field: the columns are to be laid out anew. */
export class FieldOverflow extends Error {
  constructor(field: FieldName, value: number, bits: number) {
    super(`${field}: ${value} does not fit in ${bits} bits`);
    this.name = 'FieldOverflow';
  }
}

const bitsFor = (values: number) => Math.max(1, Math.ceil(Math.log2(values)));
/** Words and days come by and by: half as many again as there are fit without a new layout. */
const withRoom = (n: number, least: number) => bitsFor(Math.max(least, n + (n >> 1)));

/** Fields just wide enough, with room to grow. */
export function planFields(sizes: Sizes): FieldPlan {
  const days = sizes.lastDay - sizes.firstDay + 1;
  const bits: Record<FieldName, number> = {
    live: 1,
    status: bitsFor(sizes.statuses),
    accepted: 1,
    source: withRoom(sizes.sources, 16),
    category: withRoom(sizes.categories, 64),
    day: withRoom(days, 512),
    division: withRoom(sizes.divisions, 256),
  };
  let at = 0;
  const fields = Object.fromEntries(
    FIELD_NAMES.map((name, index) => {
      const field: Field = { at, bits: bits[name], index };
      at += bits[name];
      return [name, field];
    }),
  ) as Record<FieldName, Field>;
  // A city's past may still be imported: half of the room that costs no bit more is before the first day.
  const room = 2 ** bitsFor(days) - days;
  return { ...fields, width: at, firstDay: sizes.firstDay - (room >> 1) };
}

/** @throws FieldOverflow where a value has no room. */
export function checkFits(plan: FieldPlan, name: FieldName, value: number): number {
  const { bits } = plan[name];
  if (!(value >= 0 && value < 2 ** bits)) throw new FieldOverflow(name, value, bits);
  return value;
}
