import { Pyramid, splitCell, type PyramidBlock } from '../../../tiles/pyramid.ts';
import { appendDataEvent, type Queryable } from '../../db/index.ts';
import { CARRY_RECORDS } from '../counts.ts';
import { appendDensity, dirtyCodes, RECORD_LAYERS } from '../density.ts';

/** Where a place stands: its cell, its number there, and the finest division around it. */
interface Spot {
  cell: string | bigint;
  n: number;
  division: number;
}

/** What records of one place put into the blocks of density. */
function blocksOf({ cell, n }: Spot, counts: readonly number[]): PyramidBlock[] {
  const blocks: PyramidBlock[] = [];
  const pyramid = new Pyramid((block) => blocks.push(block));
  const { tile, inside } = splitCell(BigInt(cell));
  pyramid.add(tile, inside, n, counts);
  pyramid.end();
  return blocks;
}

/** Records on a place by dataset and class; of generations that are counted. */
async function readCounts(client: Queryable, { cell, n }: Spot): Promise<{ datasetId: number; counts: number[] }[]> {
  const { rows } = await client.query<{ datasetId: number; class: number; records: number }>(
    `select g.dataset_id as "datasetId", r.class::int as class, count(*)::int as records
     from record r join dataset_generation g on g.id = r.generation_id and g.state = 'live'
     where r.cell = $1::bigint and r.n = $2::int group by g.dataset_id, r.class order by g.dataset_id, r.class`,
    [cell.toString(), n],
  );
  return [...Map.groupBy(rows, ({ datasetId }) => datasetId)].map(([datasetId, some]) => {
    const counts = [0, 0, 0, 0, 0];
    for (const { class: at, records } of some) counts[at] = records;
    return { datasetId, counts };
  });
}

/**
 * Carries the records of a place along to where it moves, with all that counts them. Nobody may rely on places meanwhile: see lockPlaces.
 */
export async function carryRecords(client: Queryable, from: Spot, to: Spot): Promise<void> {
  const counted = await readCounts(client, from);
  const dirty: number[] = [];
  for (const { datasetId, counts } of counted) {
    const left = blocksOf(from, counts);
    const come = blocksOf(to, counts);
    await appendDensity(client, datasetId, left, -1);
    await appendDensity(client, datasetId, come);
    dirty.push(...dirtyCodes(left), ...dirtyCodes(come));
  }
  if (from.division !== to.division)
    await client.query(CARRY_RECORDS, [[from.cell.toString()], [from.n], [from.division], [to.division]]);
  await client.query('update record set cell = $3::bigint, n = $4::int where cell = $1::bigint and n = $2::int', [
    from.cell.toString(),
    from.n,
    to.cell.toString(),
    to.n,
  ]);
  if (dirty.length > 0)
    await appendDataEvent(client, 'records', RECORD_LAYERS, { dirty: [...new Set(dirty)], caseIds: [] });
}
