import { codeOfCell, coarsenCodes } from '../../tiles/codes.ts';
import { appendDataEvent, type Database, type Queryable } from '../db/index.ts';
import { CASE_LAYERS } from './announce.ts';

const MAX_DIRTY = 200;

/** Open cases whose light turns between two instants: yellow when yellow_at is reached, red when due_at is past. */
const TURNED = `
  select cell::text from cases
  where open and status <> 'suspended' and cell is not null and yellow_at > $1::timestamptz and yellow_at <= $2::timestamptz
  union all
  select cell::text from cases
  where open and status <> 'suspended' and cell is not null and due_at >= $1::timestamptz and due_at < $2::timestamptz`;

/** The instant up to which lights have been told, locked; null before the first. */
async function lockMark(client: Queryable, now: Date): Promise<Date | null> {
  const { rowCount } = await client.query(
    'insert into light_mark (at) values ($1::timestamptz) on conflict do nothing',
    [now],
  );
  if (rowCount === 1) return null;
  const { rows } = await client.query<{ at: Date }>('select at from light_mark for update');
  return rows[0]?.at ?? null;
}

/**
 * Tells the tiles on which lights turned by the clock alone since this was last asked, whatever process asked then. A clock that
 * was put back turns them back, and that is told too; one that stands tells nothing.
 * @returns how many turned.
 */
export async function announceLights(db: Database, now: Date): Promise<number> {
  const { rows: marks } = await db.query<{ at: Date }>('select at from light_mark');
  const seen = marks[0]?.at;
  if (seen?.getTime() === now.getTime()) return 0;
  const between = (mark: Date) => (mark < now ? [mark, now] : [now, mark]);
  // Most seconds turn nothing: then nothing is written, and the next look begins where this one did.
  if (seen && now > seen && (await db.query(`${TURNED} limit 1`, between(seen))).rows.length === 0) return 0;
  return db.transaction(async (client) => {
    const mark = await lockMark(client, now);
    if (mark === null) return 0;
    const { rows } = await client.query<{ cell: string }>(TURNED, between(mark));
    await client.query('update light_mark set at = $1::timestamptz', [now]);
    if (rows.length === 0) return 0;
    const dirty = coarsenCodes(
      rows.map(({ cell }) => codeOfCell(BigInt(cell))),
      MAX_DIRTY,
    );
    await appendDataEvent(client, 'lights', CASE_LAYERS, { dirty, caseIds: [] });
    return rows.length;
  });
}
