import { cellOf } from '../../tiles/morton.ts';
import type { BulkColumns } from '../db/index.ts';
import type { CaseAction, CaseRole, CaseStatus } from './words.ts';

export interface NewStep {
  at: Date;
  action: CaseAction;
  from: CaseStatus | null;
  to: CaseStatus;
  role: CaseRole;
  actor: string;
  note: string | null;
  /** ms since the stage before it began. */
  usedMs?: number | null;
  /** Whether a limit that ends with it was passed. */
  late?: boolean | null;
  /** What the action brought along. */
  data?: unknown;
}

/** What a source may change in a case after it came in. */
export interface CaseValues {
  sourceId: number;
  categoryId: number;
  departmentId: number | null;
  /** 0: none. */
  divisionId: number;
  /** WGS 84; both or neither. */
  lng: number | null;
  lat: number | null;
  address: string | null;
  description: string | null;
  status: CaseStatus;
  reportedAt: Date;
  acceptedAt: Date | null;
  filedAt: Date | null;
  yellowAt: Date | null;
  dueAt: Date | null;
  closedAt: Date | null;
}

/** A column of a bulk statement, and where its value comes from. */
export type Column<Item> = readonly [name: string, type: string, valueOf: (item: Item) => unknown];

/** lng and lat are not stored as such: the statement makes the point of them. */
export const VALUE_COLUMNS: readonly Column<CaseValues & { updatedAt: Date }>[] = [
  ['source_id', 'int', (c) => c.sourceId],
  ['category_id', 'int', (c) => c.categoryId],
  ['department_id', 'int', (c) => c.departmentId],
  ['division_id', 'int', (c) => c.divisionId],
  ['lng', 'float8', (c) => c.lng],
  ['lat', 'float8', (c) => c.lat],
  ['cell', 'bigint', (c) => (c.lng !== null && c.lat !== null ? cellOf(c.lng, c.lat).toString() : null)],
  ['address', 'text', (c) => c.address],
  ['description', 'text', (c) => c.description],
  ['status', 'case_status', (c) => c.status],
  ['reported_at', 'timestamptz', (c) => c.reportedAt],
  ['accepted_at', 'timestamptz', (c) => c.acceptedAt],
  ['filed_at', 'timestamptz', (c) => c.filedAt],
  ['yellow_at', 'timestamptz', (c) => c.yellowAt],
  ['due_at', 'timestamptz', (c) => c.dueAt],
  ['closed_at', 'timestamptz', (c) => c.closedAt],
  ['updated_at', 'timestamptz', (c) => c.updatedAt],
];

/** The point of a row of VALUE_COLUMNS. */
export const POINT_OF_INPUT =
  'case when input.lng is null then null else st_setsrid(st_makepoint(input.lng, input.lat), 4326) end';

/** Names that the table has under the same name: all but the identity and what the point is made of. */
export function storedNames(columns: BulkColumns): string[] {
  return columns.map(([name]) => name).filter((name) => !['id', 'lng', 'lat'].includes(name));
}

/** Names and types, as bulk statements take them. */
export function bulkOf<Item>(columns: readonly Column<Item>[]): [name: string, type: string][] {
  return columns.map(([name, type]) => [name, type]);
}

/** Values in the order of the columns. */
export function rowOf<Item>(columns: readonly Column<Item>[], item: Item): unknown[] {
  return columns.map(([, , valueOf]) => valueOf(item));
}
