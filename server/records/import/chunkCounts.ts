import { setImmediate as breathe } from 'node:timers/promises';
import { Pyramid, type PyramidBlock } from '../../../tiles/pyramid.ts';
import { CLASS_COLUMNS } from '../density.ts';
import type { RecordDelta } from '../counts.ts';
import type { PlaceIndex } from './placeIndex.ts';
import type { RecordRows } from './rows.ts';

const WIDTH = CLASS_COLUMNS.length;
/** Places after which others may have a turn. */
const TURN = 4000;

/** What a chunk adds. */
export interface ChunkCounts {
  blocks: PyramidBlock[];
  /** By division, in order of its id. */
  divisions: RecordDelta[];
}

/** Counts a chunk's records by place and by division. @param order of the rows, by place. */
export async function countChunk(rows: RecordRows, order: Int32Array, places: PlaceIndex): Promise<ChunkCounts> {
  const blocks: PyramidBlock[] = [];
  const pyramid = new Pyramid((block) => blocks.push(block));
  const sums = new Float64Array(places.divisions.length * WIDTH);
  const counts = new Float64Array(WIDTH);
  const located = rows.size - rows.notLocated;
  let turn = 0;
  for (let i = 0; i < located;) {
    const place = rows.place[order[i]!]!;
    counts.fill(0);
    for (; i < located && rows.place[order[i]!] === place; i++) counts[rows.class[order[i]!]!]!++;
    const high = places.high[place]!;
    // splitCell in halves: the tile of zoom 14 is what is above the lowest 34 bits.
    pyramid.add(high >>> 2, (high & 3) * 2 ** 32 + places.low[place]!, places.n[place]!, counts);
    const division = places.division[place]! * WIDTH;
    for (let c = 0; c < WIDTH; c++) sums[division + c]! += counts[c]!;
    if (++turn % TURN === 0) await breathe();
  }
  pyramid.end();
  return { blocks, divisions: divisionDeltas(sums, places.divisions, rows.notLocated) };
}

/** Those divisions to which something is added; what is not located is counted inside none. */
function divisionDeltas(sums: Float64Array, ids: readonly number[], notLocated: number): RecordDelta[] {
  return ids
    .map((divisionId, i) => ({
      divisionId,
      places: 0,
      notLocated: divisionId === 0 ? notLocated : 0,
      counts: sums.subarray(i * WIDTH, (i + 1) * WIDTH),
    }))
    .filter((delta) => delta.notLocated > 0 || delta.counts.some((count) => count > 0))
    .sort((a, b) => a.divisionId - b.divisionId);
}
