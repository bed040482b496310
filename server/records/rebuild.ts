import { Pyramid, splitCell, type PyramidBlock } from '../../tiles/pyramid.ts';
import type { Queryable } from '../db/index.ts';
import { CLASS_COLUMNS } from './density.ts';
import { rebuildRecordCounts } from './counts.ts';

/** Places read at a time, and blocks written at a time. */
const READ = 50_000;
const WRITE = 2000;

const COUNTS = CLASS_COLUMNS.map((_, i) => `count(*) filter (where r.class = ${i})`).join(', ');

/** Records on each place, by class, in order of place: what density is made of. Parameter: $1 generations. */
export const PLACED_RECORDS = `
  select r.cell::text as cell, r.n, array[${COUNTS}]::float8[] as counts
  from record r where r.cell is not null and r.generation_id = any($1::int[])
  group by r.cell, r.n order by r.cell, r.n`;

interface Placed {
  cell: string;
  n: number;
  counts: number[];
}

async function liveGenerations(client: Queryable): Promise<number[]> {
  const { rows } = await client.query<{ id: number }>(
    `select id from dataset_generation where state = 'live' order by id`,
  );
  return rows.map(({ id }) => id);
}

/** Blocks of all records of some generations (null: the live ones), a few at a time. Runs inside the caller's transaction, which it needs for a cursor. */
export async function buildBlocks(
  client: Queryable,
  generations: readonly number[] | null,
  write: (blocks: PyramidBlock[]) => Promise<void>,
): Promise<void> {
  await client.query(`declare placed no scroll cursor for ${PLACED_RECORDS}`, [
    generations ?? (await liveGenerations(client)),
  ]);
  let blocks: PyramidBlock[] = [];
  const pyramid = new Pyramid((block) => blocks.push(block));
  const flush = async (least: number): Promise<void> => {
    if (blocks.length < least) return;
    const full = blocks;
    blocks = [];
    for (let i = 0; i < full.length; i += WRITE) await write(full.slice(i, i + WRITE));
  };
  for (;;) {
    const { rows } = await client.query<Placed>(`fetch ${READ} from placed`);
    for (const { cell, n, counts } of rows) {
      const { tile, inside } = splitCell(BigInt(cell));
      pyramid.add(tile, inside, n, counts);
    }
    if (rows.length < READ) break;
    await flush(WRITE);
  }
  await client.query('close placed');
  pyramid.end();
  await flush(1);
}

/** Counts everything again from the records: density of all, and by division. Slices are forgotten, and built when next asked for. */
export async function rebuildDensity(client: Queryable): Promise<void> {
  // Who is writing ends first, and who comes later waits: a delta must not be counted beside the rows it was made of.
  await client.query('lock table density_delta, record_count_delta in share row exclusive mode');
  await client.query('delete from density_delta');
  await client.query('delete from density');
  await client.query(`update slice set state = 'asked', bytes = 0`);
  await buildBlocks(client, null, async (blocks) => {
    await client.query(
      `insert into density (slice, level, block, payload) select 0, * from unnest($1::smallint[], $2::bigint[], $3::bytea[])`,
      [blocks.map((b) => b.level), blocks.map((b) => b.block), blocks.map((b) => Buffer.from(b.bytes))],
    );
  });
  await rebuildRecordCounts(client);
}

/** Whether records are there that the density does not know of: a database of an older version. */
export async function needsRebuild(client: Queryable): Promise<boolean> {
  const { rows } = await client.query<{ needed: boolean }>(
    // Records are looked at last: to find that there are none can take minutes.
    `select case when exists (select 1 from density) or exists (select 1 from density_delta) then false
       else exists (
         select 1 from dataset_generation g where g.state = 'live'
           and exists (select 1 from record r where r.generation_id = g.id and r.cell is not null)
       ) end as needed`,
  );
  return rows[0]?.needed ?? false;
}
