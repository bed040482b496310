import { MEASURE_NAMES, readTally, recountedTally, TALLY_BASES, type TallyBase } from './cases/index.ts';
import { encodeBlock, sumBlocks, type BlockPart } from '../tiles/blocks.ts';
import { PLACE_LEVEL } from '../tiles/pyramid.ts';
import type { Database, Queryable } from './db/index.ts';
import { ALL_SLICE, buildBlocks, CLASS_COLUMNS, RECOUNT_RECORDS, recordCounts, type Slice } from './records/index.ts';

export interface Verdict {
  compared: number;
  different: number;
}

const TALLY_KEYS = ['kind', 'grain', 'level', 'start', 'division_id', 'key'];
const RECORD_COUNTS = ['places', 'not_located', ...CLASS_COLUMNS];

async function compare(
  db: Database,
  read: string,
  recount: string,
  keys: string[],
  counts: string[],
  params: unknown[],
): Promise<Verdict> {
  const { rows } = await db.query<Verdict>(
    `with as_read as (${read}), recount as (${recount})
     select count(*)::int as compared, (count(*) filter (where ${counts
       .map((c) => `coalesce(r.${c}, 0) <> coalesce(n.${c}, 0)`)
       .join(' or ')}))::int as different
     from as_read r full join recount n using (${keys.join(', ')})`,
    params,
  );
  return rows[0] ?? { compared: 0, different: 0 };
}

function add(a: Verdict, b: Verdict): Verdict {
  return { compared: a.compared + b.compared, different: a.different + b.different };
}

/**
 * Invariant 3 for rates: what is read from tally and deltas is what a recount of the cases gives, of every measure.
 * @param bases which parts of the tally; each is a recount of its own.
 */
export async function verifyTally(db: Database, bases: readonly TallyBase[] = TALLY_BASES): Promise<Verdict> {
  let verdict: Verdict = { compared: 0, different: 0 };
  for (const base of bases)
    verdict = add(
      verdict,
      await compare(db, readTally(base), recountedTally(base), TALLY_KEYS, [...MEASURE_NAMES], []),
    );
  return verdict;
}

/** Invariant 3 for records: density as read, of everything and of every slice, and the counts by division are what a recount of the
 * records gives. */
export async function verifyDensity(db: Database): Promise<Verdict> {
  let verdict = await db.snapshot(async (client) => {
    let verdict = await compareBlocks(client, ALL_SLICE, null);
    for (const { slice, generations } of await readySlices(client))
      verdict = add(verdict, await compareBlocks(client, slice, generations));
    return verdict;
  });
  for (const level of [0, 1, 2, 3, 4, 5]) {
    const sums = RECORD_COUNTS.map((c) => `sum(${c})::bigint as ${c}`).join(', ');
    const read = `select division_id, dataset_id, ${sums} from ${recordCounts(1)} as t group by 1, 2`;
    const recount = `select case $1::int when 0 then 0 else coalesce(d.path[$1::int], 0) end as division_id, c.dataset_id, ${sums}
      from (${RECOUNT_RECORDS}) as c left join division d on d.id = c.division_id group by 1, 2`;
    verdict = add(verdict, await compare(db, read, recount, ['division_id', 'dataset_id'], RECORD_COUNTS, [level]));
  }
  return verdict;
}

async function readySlices(client: Queryable): Promise<{ slice: Slice; generations: number[] }[]> {
  const { rows } = await client.query<{ id: number; datasets: number[]; generations: (number | null)[] }>(
    `select s.id, array_agg(d.id) as datasets, array_agg(g.id) as generations
     from slice s join dataset d on d.kind = 'records' and case s.kind when 'theme' then d.theme else d.key end = s.key
       left join dataset_generation g on g.dataset_id = d.id and g.state = 'live'
     where s.state = 'ready' group by s.id order by s.id`,
  );
  return rows.map(({ id, datasets, generations }) => ({
    slice: { id, datasetIds: datasets },
    generations: generations.filter((g) => g !== null),
  }));
}

/** Blocks as they are stored and waiting, against those made of the records. */
async function compareBlocks(client: Queryable, slice: Slice, generations: number[] | null): Promise<Verdict> {
  const { rows } = await client.query<{ level: number; block: string; sign: number; payload: Buffer }>(
    `select level::int as level, block::text as block, 1 as sign, payload from density where slice = $1::int
     union all
     select level::int, block::text, sign::int, payload from density_delta
     where $2::int[] is null or (dataset_id = any($2::int[]) and level <> ${PLACE_LEVEL})`,
    [slice.id, slice.datasetIds],
  );
  const parts = new Map<string, BlockPart[]>();
  for (const { level, block, sign, payload } of rows) {
    const key = `${level}/${block}`;
    parts.set(key, [...(parts.get(key) ?? []), { bytes: payload, sign }]);
  }
  const verdict: Verdict = { compared: 0, different: 0 };
  await buildBlocks(client, generations, async (blocks) => {
    for (const { level, block, bytes } of blocks) {
      if (slice.id !== 0 && level === PLACE_LEVEL) continue;
      const key = `${level}/${block}`;
      const stored = encodeBlock(sumBlocks(parts.get(key) ?? []));
      parts.delete(key);
      verdict.compared++;
      if (Buffer.compare(stored, bytes) !== 0) verdict.different++;
    }
  });
  for (const left of parts.values()) if (sumBlocks(left).keys.length > 0) verdict.different++;
  return verdict;
}
