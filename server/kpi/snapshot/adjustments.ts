import type { Scope } from '../../access/index.ts';
import type { Rate } from '../../api/shapes.ts';
import type { Queryable } from '../../db/index.ts';
import { cutParams } from '../cutNames.ts';
import { definitionOf } from '../definitions.ts';
import { kpiHrefs } from '../links.ts';
import { rateOf } from '../rate.ts';
import { daysOf } from '../times.ts';
import type { SnapshotRow } from './encode.ts';
import { readSignedRows, readSnapshot, seenRows, type StoredSnapshot } from './readSnapshots.ts';
import { monthRows } from './take.ts';

/** A rate with the cases behind both its numbers. */
export interface OpenedRate extends Rate {
  href: string;
  numeratorHref: string;
}

type Of = Pick<SnapshotRow, 'indicator' | 'cut' | 'key' | 'code' | 'nameZh' | 'nameEn'>;
export interface Adjustment extends Of {
  before: OpenedRate;
  after: OpenedRate;
  /** After − before. */
  numeratorChange: number;
  denominatorChange: number;
  change: number | null;
}

/** A row's figure with the cases behind it, as they were at an instant. */
export function openRow(month: string, asOf: Date, row: SnapshotRow): OpenedRate {
  const { indicator, numerator, denominator, cut } = row;
  const of = { ...cutParams(cut, row), ...daysOf('month', month), asOf: asOf.toISOString() };
  return { ...rateOf(numerator, denominator), ...kpiHrefs(indicator, of) };
}

const idOf = ({ indicator, cut, key }: SnapshotRow) => `${indicator} ${cut} ${key}`;

function adjust(month: string, [was, asOf]: [SnapshotRow, Date], [is, now]: [SnapshotRow, Date]): Adjustment {
  const { indicator, cut, key, code, nameZh, nameEn } = was;
  const [before, after] = [openRow(month, asOf, was), openRow(month, now, is)];
  return {
    ...{ indicator, cut, key, code, nameZh, nameEn, before, after },
    numeratorChange: after.numerator - before.numerator,
    denominatorChange: after.denominator - before.denominator,
    change: before.value === null || after.value === null ? null : after.value - before.value,
  };
}

/**
 * A month counted again now, against its snapshot: what has changed since, by row. Call it inside one snapshot of the database.
 * @returns also which definitions have another version since: their figures are of another meaning.
 * @throws HekanError('not_found') for a month that was not taken.
 */
export async function readAdjustments(
  client: Queryable,
  scope: Scope,
  month: string,
  now: Date,
): Promise<{ snapshot: StoredSnapshot; redefined: string[]; rows: Adjustment[] }> {
  const snapshot = await readSnapshot(client, month);
  const before = await seenRows(client, scope, await readSignedRows(client, month));
  const after = await seenRows(client, scope, await monthRows(client, month, now));
  const [was, is] = [before, after].map((rows) => new Map(rows.map((row) => [idOf(row), row]))) as [
    Map<string, SnapshotRow>,
    Map<string, SnapshotRow>,
  ];
  const none = (row: SnapshotRow): SnapshotRow => ({ ...row, numerator: 0, denominator: 0 });
  const rows = [...before, ...after.filter((row) => !was.has(idOf(row)))].flatMap((row) => {
    const [old, fresh] = [was.get(idOf(row)) ?? none(row), is.get(idOf(row)) ?? none(row)];
    const same = old.numerator === fresh.numerator && old.denominator === fresh.denominator;
    return same ? [] : [adjust(month, [old, snapshot.asOf], [fresh, now])];
  });
  const redefined = Object.entries(snapshot.definitions).flatMap(([id, version]) =>
    definitionOf(id as SnapshotRow['indicator']).version === version ? [] : [id],
  );
  return { snapshot, redefined, rows };
}
