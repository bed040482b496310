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
  const divisions = new Map<number, Float64Array>();
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
    const division = places.division[place]!;
    let sums = divisions.get(division);
    if (!sums) divisions.set(division, (sums = new Float64Array(WIDTH)));
    for (let c = 0; c < WIDTH; c++) sums[c]! += counts[c]!;
    if (++turn % TURN === 0) await breathe();
  }
  pyramid.end();
  if (rows.notLocated > 0 && !divisions.has(0)) divisions.set(0, new Float64Array(WIDTH));
  return {
    blocks,
    divisions: [...divisions]
      .sort(([a], [b]) => a - b)
      .map(([divisionId, sums]) => ({
        divisionId,
        places: 0,
        notLocated: divisionId === 0 ? rows.notLocated : 0,
        counts: sums,
      })),
  };
}
