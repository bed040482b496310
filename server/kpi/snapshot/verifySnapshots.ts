import { GENESIS } from '../../cases/index.ts';
import type { Database, Queryable } from '../../db/index.ts';
import { encodeRow, hashSnapshot, type SnapshotRow } from './encode.ts';
import type { PublicKey } from './key.ts';
import { listSnapshots, readSignedRows, type StoredSnapshot } from './readSnapshots.ts';

export interface SnapshotFault {
  month: string;
  /** The row, by its place; null: the snapshot itself. */
  place: number | null;
  reason: string;
}

export interface SnapshotVerdict {
  snapshots: number;
  rows: number;
  /** Signed while the log had no seal yet. */
  unsealed: number;
  faults: number;
  /** The first of them. */
  first: SnapshotFault | null;
}

type SignedRow = SnapshotRow & { place: number; hash: Buffer };
const named = (row: SnapshotRow) => `${row.indicator} of ${row.cut} ${row.code || row.key} (${row.nameZh})`;

/** What is wrong with a snapshot's rows, or null. */
function checkRows(one: StoredSnapshot, rows: readonly SignedRow[]): Omit<SnapshotFault, 'month'> | null {
  for (const [i, row] of rows.entries()) if (row.place !== i + 1) return { place: i + 1, reason: 'it is missing' };
  if (rows.length !== one.rowCount)
    return {
      place: Math.min(rows.length, one.rowCount) + 1,
      reason: `there are ${rows.length} rows, ${one.rowCount} were signed`,
    };
  const hashed = hashSnapshot(one.before, one, rows);
  for (const [i, row] of rows.entries())
    if (!hashed.rows[i]!.equals(row.hash))
      return i === 0
        ? { place: null, reason: 'what it says of itself, or its first row, is not what was signed' }
        : { place: row.place, reason: `${named(row)} is not as written: ${encodeRow(row)}` };
  return hashed.hash.equals(one.hash) ? null : { place: null, reason: 'its hash is not that of its rows' };
}

function checkSignature(one: StoredSnapshot, keys: readonly PublicKey[]): string | null {
  const key = keys.find(({ id }) => id === one.keyId);
  if (!key) return `it is signed with key ${one.keyId}, which is not known here`;
  return key.verify(one.hash, one.signature) ? null : `its signature is not that of key ${one.keyId}`;
}

async function checkSeal(client: Queryable, { seal }: StoredSnapshot): Promise<string | null> {
  if (!seal) return null;
  const { rows } = await client.query<{ hash: Buffer }>('select hash from seal where id = $1::bigint', [seal.id]);
  if (!rows[0]) return `seal ${seal.id} of the log, which it names, is gone`;
  return rows[0].hash.equals(seal.hash) ? null : `seal ${seal.id} of the log is not the one that it names`;
}

/** Rows that belong to no snapshot. */
async function checkStrays(client: Queryable, tell: (fault: SnapshotFault) => void): Promise<void> {
  const { rows } = await client.query<{ month: string }>(
    'select distinct month from kpi_snapshot_row where month not in (select month from kpi_snapshot) order by month',
  );
  for (const { month } of rows) tell({ month, place: null, reason: 'there are rows, but the snapshot is gone' });
}

/**
 * Reads every snapshot and proves its rows, its place in the chain, its signature, and that the log still has the seal it names.
 * @param keys public keys that signatures may be of: the city's, and those it had before.
 */
export function verifySnapshots(db: Database, keys: readonly PublicKey[]): Promise<SnapshotVerdict> {
  return db.snapshot(async (client) => {
    const verdict: SnapshotVerdict = { snapshots: 0, rows: 0, unsealed: 0, faults: 0, first: null };
    const tell = (fault: SnapshotFault) => {
      verdict.faults++;
      verdict.first ??= fault;
    };
    let before = GENESIS;
    for (const one of await listSnapshots(client)) {
      verdict.snapshots++;
      if (!one.seal) verdict.unsealed++;
      const rows = await readSignedRows(client, one.month);
      verdict.rows += rows.length;
      const broken = checkRows(one, rows);
      const chained =
        one.n === verdict.snapshots && one.before.equals(before)
          ? null
          : 'the snapshot before it is not the one it was chained to';
      const reasons = [chained, checkSignature(one, keys), await checkSeal(client, one)];
      if (broken) tell({ month: one.month, ...broken });
      for (const reason of reasons) if (reason !== null) tell({ month: one.month, place: null, reason });
      before = one.hash;
    }
    await checkStrays(client, tell);
    return verdict;
  });
}
