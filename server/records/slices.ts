import type { BlockPart } from '../../tiles/blocks.ts';
import { PLACE_LEVEL } from '../../tiles/pyramid.ts';
import type { Database, Queryable } from '../db/index.ts';
import { badRequest, HekanError } from '../errors.ts';
import { ALL_SLICE, type Slice } from './density.ts';
import { addToBlocks, lockFold, type BlockSum } from './fold.ts';
import { buildBlocks } from './rebuild.ts';

/** Slices of datasets are kept up to this, the least recently used go first. Those of themes always stay. */
const MAX_BYTES = 500_000_000;
const RETRY_AFTER_S = 2;

interface SliceRow {
  id: number;
  kind: 'theme' | 'dataset';
  key: string;
  state: 'asked' | 'building' | 'ready';
}

/**
 * The slice that a filter names; asks for it where nobody has yet.
 * @throws HekanError: bad_request where there is no such theme or dataset; building until it is ready.
 */
export async function findSlice(
  client: Queryable,
  { theme, dataset }: { theme: string | null; dataset: string | null },
): Promise<Slice> {
  const key = theme ?? dataset;
  if (key === null) return ALL_SLICE;
  const kind = theme === null ? 'dataset' : 'theme';
  const { rows } = await client.query<{ ids: number[] | null; id: number | null; state: string | null; old: boolean }>(
    `select (select array_agg(id order by id) from dataset d
        where kind = 'records' and case $1::text when 'theme' then d.theme else d.key end = $2::text) as ids,
       s.id, s.state, s.used_at < now() - interval '1 minute' as old
     from (select 1) as one left join slice s on s.kind = $1::text and s.key = $2::text`,
    [kind, key],
  );
  const { ids = null, id = null, state = null, old = false } = rows[0] ?? {};
  if (ids === null) throw badRequest(kind, key, `a ${kind} of records that is there`);
  if (id === null)
    await client.query(
      `insert into slice (kind, key, state) values ($1::text, $2::text, 'asked') on conflict do nothing`,
      [kind, key],
    );
  if (id === null || state !== 'ready')
    throw new HekanError('building', `the density of ${kind} ${JSON.stringify(key)} is being built`, {
      field: kind,
      given: key,
      retryAfterS: RETRY_AFTER_S,
    });
  if (old) await client.query('update slice set used_at = now() where id = $1::int', [id]);
  return { id, datasetIds: ids };
}

/**
 * Builds one slice that was asked for, or was being built when a process ended. Only one process may run this at a time.
 *
 * From the moment it is marked as building, whoever folds adds to it. What it lacks is what was folded before: the records of one
 * snapshot, less what the slice has by then, less what is not folded yet.
 * @returns whether there was one.
 */
export async function buildSlice(db: Database): Promise<boolean> {
  await addThemes(db);
  const slice = await beginSlice(db);
  if (!slice) return false;
  const sums = await db.snapshot((client) => missingBlocks(client, slice));
  for (;;) {
    const done = await db.transaction(async (client) => {
      if (!(await lockFold(db, client))) return false;
      // Whoever changed what belongs to it has asked for it anew, or deleted it.
      if (!(await isBuilding(client, slice.id))) return true;
      await addToBlocks(client, sums);
      await client.query(
        `update slice set state = 'ready', used_at = now(),
           bytes = (select coalesce(sum(length(payload)), 0) from density where slice = $1::int) where id = $1::int`,
        [slice.id],
      );
      await evictSlices(client);
      return true;
    });
    if (done) return true;
  }
}

/** Every theme has a slice. */
async function addThemes(client: Queryable): Promise<void> {
  await client.query(
    `insert into slice (kind, key, state) select distinct 'theme', theme, 'asked' from dataset where theme is not null
     on conflict do nothing`,
  );
}

async function beginSlice(db: Database): Promise<SliceRow | null> {
  return db.transaction(async (client) => {
    const { rows } = await client.query<SliceRow>(
      `select id, kind, key, state from slice where state <> 'ready' order by state desc, used_at, id limit 1`,
    );
    const slice = rows[0];
    if (!slice || !(await lockFold(db, client))) return null;
    await client.query('delete from density where slice = $1::int', [slice.id]);
    await client.query(`update slice set state = 'building' where id = $1::int`, [slice.id]);
    return slice;
  });
}

async function isBuilding(client: Queryable, id: number): Promise<boolean> {
  const { rows } = await client.query(`select 1 from slice where id = $1::int and state = 'building'`, [id]);
  return rows.length > 0;
}

/** Forgets slices whose datasets have changed: they are built when next asked for, those of themes at once. Those that nothing
 * belongs to any more go. The caller holds the lock of folding. */
export async function forgetSlices(
  client: Queryable,
  kind: 'theme' | 'dataset',
  keys: readonly string[],
): Promise<void> {
  const { rows } = await client.query<{ id: number }>(
    `update slice s set state = 'asked', bytes = 0 where kind = $1::text and key = any($2::text[]) returning id`,
    [kind, keys],
  );
  const ids = rows.map(({ id }) => id);
  await client.query('delete from density where slice = any($1::int[])', [ids]);
  await client.query(
    `delete from slice s where id = any($1::int[]) and not exists (
       select 1 from dataset d where d.kind = 'records' and case s.kind when 'theme' then d.theme else d.key end = s.key)`,
    [ids],
  );
}

/** Sums that bring a slice under way to what it must be, as of the caller's snapshot. */
async function missingBlocks(client: Queryable, { id, kind, key }: SliceRow): Promise<Map<string, BlockSum>> {
  const sums = new Map<string, BlockSum>();
  const add = (level: number, block: string, part: BlockPart) => {
    const at = `${id}/${level}/${block}`;
    const sum = sums.get(at) ?? { slice: id, level, block, parts: [] };
    sum.parts.push(part);
    sums.set(at, sum);
  };
  const { rows: members } = await client.query<{ dataset: number; generation: number | null }>(
    `select d.id as dataset, g.id as generation from dataset d
       left join dataset_generation g on g.dataset_id = d.id and g.state = 'live'
     where d.kind = 'records' and case $1::text when 'theme' then d.theme else d.key end = $2::text`,
    [kind, key],
  );
  const generations = members.flatMap(({ generation }) => (generation === null ? [] : [generation]));
  await buildBlocks(client, generations, async (blocks) => {
    for (const { level, block, bytes } of blocks)
      if (level !== PLACE_LEVEL) add(level, String(block), { bytes, sign: 1 });
  });
  const { rows: counted } = await client.query<{ level: number; block: string; sign: number; payload: Buffer }>(
    `select level::int as level, block::text as block, -1 as sign, payload from density where slice = $1::int
     union all
     select level::int, block::text, -sign::int, payload from density_delta
     where dataset_id = any($2::int[]) and level <> ${PLACE_LEVEL}`,
    [id, members.map(({ dataset }) => dataset)],
  );
  for (const { level, block, sign, payload } of counted) add(level, block, { bytes: payload, sign });
  return sums;
}

/** Lets the least recently used slices of datasets go while all of them are too large. The caller holds the lock of folding. */
async function evictSlices(client: Queryable): Promise<void> {
  await client.query(
    `with ranked as (
       select id, sum(bytes) over (order by used_at desc, id) as together from slice where kind = 'dataset' and state = 'ready'
     ), gone as (
       delete from slice where id in (select id from ranked where together > ${MAX_BYTES}) returning id
     )
     delete from density where slice in (select id from gone)`,
  );
}
