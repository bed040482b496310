import { WHOLE_CITY } from '../../access/index.ts';
import { GENESIS, INDICATOR_IDS } from '../../cases/index.ts';
import { readCity } from '../../city/index.ts';
import { insertRows, tryLock, type BulkColumns, type Database, type Queryable } from '../../db/index.ts';
import { HekanError } from '../../errors.ts';
import { ELSEWHERE_NAME, listCutNames } from '../cutNames.ts';
import { definitionOf } from '../definitions.ts';
import { CUTS, countPeriod, type Cut, type PeriodCounts } from '../figures.ts';
import type { Named } from '../names.ts';
import { daysOf } from '../times.ts';
import { hashSnapshot, type SnapshotHead, type SnapshotRow } from './encode.ts';
import type { SigningKey } from './key.ts';
import { dueMonths, settledAt } from './months.ts';

const LOCK = 7_301_128;
const COLUMNS: BulkColumns = [
  ...(['month', 'place', 'indicator', 'cut', 'key', 'code', 'name_zh', 'name_en'] as const).map(
    (name) => [name, name === 'place' ? 'int' : 'text'] as const,
  ),
  ...[['numerator', 'int'] as const, ['denominator', 'int'] as const, ['hash', 'bytea'] as const],
];

export interface TakenSnapshot {
  n: number;
  month: string;
  asOf: Date;
  rows: number;
  hash: string;
}

/** Rows of one cut: divisions all, others that count anything; what no division has stands beside them. */
function rowsOf(cut: Cut, names: readonly Named[], counts: PeriodCounts): SnapshotRow[] {
  const byPlace = cut === 'district' || cut === 'street';
  return INDICATOR_IDS.flatMap((indicator) => {
    const rows = names.map(({ key, code, nameZh, nameEn }) => ({
      ...{ indicator, cut, key, code, nameZh, nameEn },
      ...counts.fraction(cut, key, indicator),
    }));
    if (!byPlace)
      return rows.filter((row) => cut === 'total' || cut === 'owner' || row.numerator > 0 || row.denominator > 0);
    const left = (of: 'numerator' | 'denominator') =>
      rows.reduce((n, row) => n - row[of], counts.fraction('total', '0', indicator)[of]);
    const { key, code, nameZh, nameEn } = ELSEWHERE_NAME;
    const rest = { numerator: left('numerator'), denominator: left('denominator') };
    return [...rows, { indicator, cut, key, code, nameZh, nameEn, ...rest }];
  });
}

/** The figures of a month as they were known at an instant, in the order in which they are signed. */
export async function monthRows(client: Queryable, month: string, asOf: Date): Promise<SnapshotRow[]> {
  const counts = await countPeriod(client, WHOLE_CITY, daysOf('month', month), asOf);
  const rows: SnapshotRow[] = [];
  for (const cut of CUTS) rows.push(...rowsOf(cut, await listCutNames(client, WHOLE_CITY, cut), counts));
  return rows;
}

async function chainEnd(client: Queryable): Promise<{ n: number; hash: Buffer }> {
  const { rows } = await client.query<{ n: number; hash: Buffer }>(
    'select n::int, hash from kpi_snapshot order by kpi_snapshot.n desc limit 1',
  );
  return rows[0] ?? { n: 0, hash: GENESIS };
}

async function newestSeal(client: Queryable): Promise<SnapshotHead['seal']> {
  const { rows } = await client.query<{ id: string; hash: Buffer }>(
    'select id::text, hash from seal order by seal.id desc limit 1',
  );
  return rows[0] ? { id: Number(rows[0].id), hash: rows[0].hash } : null;
}

async function write(
  client: Queryable,
  head: SnapshotHead,
  rows: readonly SnapshotRow[],
  before: Buffer,
  key: SigningKey,
) {
  const hashed = hashSnapshot(before, head, rows);
  const { n, month, asOf, takenAt, timeZone, demonstration, definitions, seal, rowCount } = head;
  await client.query(
    `insert into kpi_snapshot (month, n, as_of, taken_at, time_zone, demonstration, definitions, seal_id, seal_hash, row_count, before,
       hash, key_id, signature)
     values ($1::text, $2::int, $3::timestamptz, $4::timestamptz, $5::text, $6::boolean, $7::jsonb, $8::bigint, $9::bytea, $10::int,
       $11::bytea, $12::bytea, $13::text, $14::bytea)`,
    [
      ...[month, n, asOf, takenAt, timeZone, demonstration, JSON.stringify(definitions), seal?.id ?? null],
      ...[seal?.hash ?? null, rowCount, before, hashed.hash, key.id, key.sign(hashed.hash)],
    ],
  );
  const values = rows.map((row, i) => [
    ...[month, i + 1, row.indicator, row.cut, row.key, row.code, row.nameZh, row.nameEn],
    ...[row.numerator, row.denominator, hashed.rows[i]],
  ]);
  await insertRows(client, 'kpi_snapshot_row', COLUMNS, values);
  return hashed.hash;
}

/**
 * Takes a month that has ended into the chain of snapshots, signed. What comes later is an adjustment to it: a snapshot never changes.
 * @returns null: another process is at it.
 * @throws HekanError: not_ready without a city; conflict for a month that is there, or has not ended and settled.
 */
export async function takeSnapshot(
  db: Database,
  key: SigningKey,
  month: string,
  settlingHours: number,
  now: Date,
): Promise<TakenSnapshot | null> {
  return db.transaction(async (client) => {
    if (!(await tryLock(db, client, LOCK))) return null;
    const city = await readCity(client);
    if (!city) throw new HekanError('not_ready', 'there is no city yet');
    const asOf = settledAt(city.timeZone, month, settlingHours);
    const refuse = (why: string) =>
      new HekanError('conflict', `month ${month} ${why}`, { field: 'month', given: month });
    if (asOf > now) throw refuse(`can be taken from ${asOf.toISOString()} on`);
    const { rows: there } = await client.query('select 1 from kpi_snapshot where month = $1::text', [month]);
    if (there.length > 0) throw refuse('has been taken: a snapshot never changes');
    const rows = await monthRows(client, month, asOf);
    const end = await chainEnd(client);
    const head: SnapshotHead = {
      n: end.n + 1,
      ...{ month, asOf, takenAt: now, timeZone: city.timeZone, demonstration: city.kind === 'demo' },
      definitions: Object.fromEntries(INDICATOR_IDS.map((id) => [id, definitionOf(id).version])),
      seal: await newestSeal(client),
      rowCount: rows.length,
    };
    const hash = await write(client, head, rows, end.hash, key);
    return { n: head.n, month, asOf, rows: rows.length, hash: hash.toString('hex') };
  });
}

/**
 * Takes the oldest month that is due, as it was known when it had settled.
 * @param openKey asked for only when there is something to sign.
 * @returns null: none is due, or another process is at it.
 */
export async function takeDue(
  db: Database,
  openKey: () => SigningKey,
  settlingHours: number,
  now: Date,
): Promise<TakenSnapshot | null> {
  const city = await readCity(db);
  if (!city?.ready) return null;
  const { rows } = await db.query<{ month: string }>('select month from kpi_snapshot');
  const [due] = dueMonths(
    city.timeZone,
    settlingHours,
    rows.map(({ month }) => month),
    now,
  );
  if (due === undefined) return null;
  const { from } = daysOf('month', due);
  if (rows.length === 0) {
    // The first ever: only of a month in which the city had cases.
    const { rows: some } = await db.query(
      `select 1 from cases where reported_at < ($1::date + 31)::timestamp at time zone $2::text limit 1`,
      [from, city.timeZone],
    );
    if (some.length === 0) return null;
  }
  return takeSnapshot(db, openKey(), due, settlingHours, now);
}
