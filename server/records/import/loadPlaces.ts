import { readCopyRows, type Copy, type Database, type Queryable } from '../../db/index.ts';
import { PlaceIndex } from './placeIndex.ts';

const PAGE = 5000;
const [CELL, N, DIVISION, CODE] = [0, 1, 2, 3];

/** All places, in one pass. */
export async function loadPlaces(db: Database): Promise<PlaceIndex> {
  const index = new PlaceIndex();
  await db.snapshot(async (client) => {
    if (client.copy) await copyPlaces(client.copy, index);
    else await pagePlaces(client, index);
  });
  return index.end();
}

async function copyPlaces(copy: Copy, index: PlaceIndex): Promise<void> {
  const rows = copy.out(
    'copy (select cell, n, division_id, code from place order by cell, n) to stdout (format binary)',
  );
  await readCopyRows(rows, 4, (bytes, starts, ends) => {
    const cell = starts[CELL]!;
    const code = starts[CODE]!;
    index.add(
      bytes.readUInt32BE(cell),
      bytes.readUInt32BE(cell + 4),
      bytes.readInt32BE(starts[N]),
      bytes.readInt32BE(starts[DIVISION]),
      bytes,
      code < 0 ? 0 : code,
      code < 0 ? 0 : ends[CODE]!,
    );
  });
}

interface PlaceRow {
  cell: string;
  n: number;
  division: number;
  code: string | null;
}

async function pagePlaces(client: Queryable, index: PlaceIndex): Promise<void> {
  let after: [cell: string, n: number] = ['-1', 0];
  for (;;) {
    const { rows } = await client.query<PlaceRow>(
      `select cell::text as cell, n, division_id as division, code from place where (cell, n) > ($1::bigint, $2::int)
       order by place.cell, place.n limit ${PAGE}`,
      after,
    );
    for (const { cell, n, division, code } of rows) {
      const key = BigInt(cell);
      const bytes = Buffer.from(code ?? '');
      index.add(Number(key >> 32n), Number(key & 0xffffffffn), n, division, bytes, 0, bytes.length);
    }
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    after = [last.cell, last.n];
  }
}
