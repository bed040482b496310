import type { Scope } from '../../access/index.ts';
import type { Queryable } from '../../db/index.ts';
import { HekanError } from '../../errors.ts';
import { listCutNames } from '../cutNames.ts';
import type { SnapshotHead, SnapshotRow } from './encode.ts';

export interface StoredSnapshot extends SnapshotHead {
  before: Buffer;
  hash: Buffer;
  keyId: string;
  signature: Buffer;
}

interface Row extends Omit<StoredSnapshot, 'seal'> {
  sealId: string | null;
  sealHash: Buffer | null;
}

/** All snapshots, in the order of the chain. */
export async function listSnapshots(client: Queryable): Promise<StoredSnapshot[]> {
  const { rows } = await client.query<Row>(
    `select n::int, month, as_of as "asOf", taken_at as "takenAt", time_zone as "timeZone", demonstration, definitions,
       seal_id::text as "sealId", seal_hash as "sealHash", row_count::int as "rowCount", before, hash, key_id as "keyId", signature
     from kpi_snapshot order by kpi_snapshot.n`,
  );
  return rows.map(({ sealId, sealHash, ...rest }) => ({
    ...rest,
    seal: sealId === null || sealHash === null ? null : { id: Number(sealId), hash: sealHash },
  }));
}

/** @throws HekanError('not_found') for a month that was not taken. */
export async function readSnapshot(client: Queryable, month: string): Promise<StoredSnapshot> {
  const found = (await listSnapshots(client)).find((one) => one.month === month);
  if (!found) throw new HekanError('not_found', `no snapshot of ${month}`, { field: 'month', given: month });
  return found;
}

/** Rows of a month as they were signed, with their hashes. */
export async function readSignedRows(
  client: Queryable,
  month: string,
): Promise<(SnapshotRow & { place: number; hash: Buffer })[]> {
  const { rows } = await client.query<SnapshotRow & { place: number; hash: Buffer }>(
    `select place::int, indicator, cut, key, code, name_zh as "nameZh", name_en as "nameEn", numerator::int, denominator::int, hash
     from kpi_snapshot_row where month = $1::text order by place`,
    [month],
  );
  return rows;
}

/** Figures of the whole city are for those who see it; others see their own divisions. */
export async function seenRows<Row extends SnapshotRow>(client: Queryable, scope: Scope, rows: Row[]): Promise<Row[]> {
  if (scope.divisionIds === null) return rows;
  const seen = new Set<string>();
  for (const cut of ['district', 'street'] as const)
    for (const { key } of await listCutNames(client, scope, cut)) seen.add(`${cut} ${key}`);
  return rows.filter(({ cut, key }) => seen.has(`${cut} ${key}`));
}

/** Forgets all snapshots and that their reports were written: a demonstration went away for good, and a real city's chain begins with its own first month. */
export async function beginSnapshotsAnew(client: Queryable): Promise<void> {
  for (const table of ['kpi_snapshot_row', 'kpi_snapshot', 'report_written'])
    await client.query(`delete from ${table}`);
}
