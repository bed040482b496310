import { encodeBlock, sumBlocks, type BlockPart } from '../../tiles/blocks.ts';
import { PLACE_LEVEL } from '../../tiles/pyramid.ts';
import { tryLock, type Database, type Queryable } from '../db/index.ts';

const LOCK = 4_731_902_117;
/** Deltas looked at to find blocks to fold: bounds a transaction, and how long the event loop is held. */
const BATCH = { postgresql: 1000, embedded: 200 };

interface Moved {
  dataset: number;
  level: number;
  block: string;
  sign: number;
  payload: Buffer;
}

/** What is to be added to one stored block. */
export interface BlockSum {
  slice: number;
  level: number;
  block: string;
  parts: BlockPart[];
}

/** The oldest deltas' blocks, with all the deltas there are of these blocks: each block is written once. */
const TAKE = `
  with picked as (
    select distinct level, block from (select level, block from density_delta order by id limit $1::int) as oldest
  )
  delete from density_delta d using picked p where d.level = p.level and d.block = p.block
  returning d.dataset_id as dataset, d.level::int as level, d.block::text as block, d.sign::int as sign, d.payload`;

/** Slices that are kept, by dataset. */
async function slicesByDataset(client: Queryable): Promise<Map<number, number[]>> {
  const { rows } = await client.query<{ dataset: number; slices: number[] }>(
    `select d.id as dataset, array_agg(s.id order by s.id) as slices
     from slice s join dataset d on case s.kind when 'theme' then d.theme else d.key end = s.key
     where s.state <> 'asked' group by d.id`,
  );
  return new Map(rows.map(({ dataset, slices }) => [dataset, slices]));
}

/** Which blocks of which slices deltas belong to. */
function group(moved: readonly Moved[], slices: Map<number, number[]>): Map<string, BlockSum> {
  const sums = new Map<string, BlockSum>();
  for (const { dataset, level, block, sign, payload } of moved) {
    const kept = level === PLACE_LEVEL ? [] : (slices.get(dataset) ?? []);
    for (const slice of [0, ...kept]) {
      const key = `${slice}/${level}/${block}`;
      const sum = sums.get(key) ?? { slice, level, block, parts: [] };
      sum.parts.push({ bytes: payload, sign });
      sums.set(key, sum);
    }
  }
  return sums;
}

/** Adds parts to the stored blocks; what comes to nothing goes. */
export async function addToBlocks(client: Queryable, sums: Map<string, BlockSum>): Promise<void> {
  const list = [...sums.values()];
  const keys = [list.map((s) => s.slice), list.map((s) => s.level), list.map((s) => s.block)];
  const KEYS = 'unnest($1::int[], $2::smallint[], $3::bigint[])';
  const { rows } = await client.query<{ slice: number; level: number; block: string; payload: Buffer }>(
    `select d.slice, d.level::int as level, d.block::text as block, d.payload
     from density d join ${KEYS} as k (slice, level, block) using (slice, level, block)`,
    keys,
  );
  for (const { slice, level, block, payload } of rows)
    sums.get(`${slice}/${level}/${block}`)?.parts.push({ bytes: payload, sign: 1 });
  const full: [number[], number[], string[], Buffer[]] = [[], [], [], []];
  const empty: [number[], number[], string[]] = [[], [], []];
  for (const { slice, level, block, parts } of list) {
    const sum = sumBlocks(parts);
    const to = sum.keys.length === 0 ? empty : full;
    to[0].push(slice);
    to[1].push(level);
    to[2].push(block);
    if (sum.keys.length > 0) full[3].push(Buffer.from(encodeBlock(sum)));
  }
  if (full[0].length > 0)
    await client.query(
      `insert into density (slice, level, block, payload)
       select * from unnest($1::int[], $2::smallint[], $3::bigint[], $4::bytea[])
       on conflict (slice, level, block) do update set payload = excluded.payload`,
      full,
    );
  if (empty[0].length > 0)
    await client.query(
      `delete from density d using ${KEYS} as k (slice, level, block)
       where d.slice = k.slice and d.level = k.level and d.block = k.block`,
      empty,
    );
}

/** Holds the lock of those who change folded blocks until the transaction ends. @returns false: somebody else has it. */
export const lockFold = (db: Database, client: Queryable): Promise<boolean> => tryLock(db, client, LOCK);

/** Folds some deltas into the density. @returns how many; 0: there were none, or somebody else is folding. */
export async function foldDensity(db: Database): Promise<number> {
  return db.transaction(async (client) => {
    if (!(await lockFold(db, client))) return 0;
    const { rows } = await client.query<Moved>(TAKE, [BATCH[db.engine]]);
    if (rows.length === 0) return 0;
    await addToBlocks(client, group(rows, await slicesByDataset(client)));
    return rows.length;
  });
}
