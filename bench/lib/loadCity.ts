/** A city for loading: a million addresses in 209 towns, the largest with six tenths of them; and a file of records that stand on
 * them in random order. Made from a seed. */
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { encodeCell } from '../../tiles/morton.ts';
import { lngLatToTile31, tile31ToLngLat } from '../../tiles/grid.ts';
import { CopyRows, type Database } from '../../server/db/index.ts';
import { rebuildRecordCounts } from '../../server/records/index.ts';
import { randomFrom } from './random.ts';

const TOWNS = 209;
const DISTRICTS = 16;
const GRIDS = 8000;
const CORE_SHARE = 0.6;
const BOX = { west: 122.5, south: 45.9, width: 3.4, height: 2.9 };
const CORE = { lng: 123.92, lat: 47.35, radius: 0.06 };
const TOWN_RADIUS = 0.014;

const random = randomFrom(20_261_124);

function normal(): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Address code of place i: a unit grid's 15 digits and four more. */
export function codeOf(i: number): string {
  const grid = i % GRIDS;
  return `2302${String(grid % DISTRICTS).padStart(2, '0')}${String(grid).padStart(9, '0')}${String(Math.floor(i / GRIDS)).padStart(4, '0')}`;
}

/** One city, its districts and its unit grids: what counts are kept by. Their shapes do not matter here. */
async function writeDivisions(db: Database): Promise<void> {
  const square = `'SRID=4326;MULTIPOLYGON(((0 0,0.001 0,0.001 0.001,0 0.001,0 0)))'::geometry, 'SRID=4326;POINT(0 0)'::geometry, 1`;
  await db.query(
    `insert into dataset (key, name_zh, name_en, kind, origin) values ('places', '地址', 'Addresses', 'base', 'import')`,
  );
  await db.query(`insert into division (id, dataset_id, level, path, code, name_zh, name_en, geom, label, area_km2)
    select 1, 1, 1, array[1, null, null, null, null]::int[], '230200', '城', 'City', ${square}`);
  await db.query(`insert into division (id, dataset_id, parent_id, level, path, code, name_zh, name_en, geom, label, area_km2)
    select 1 + k, 1, 1, 2, array[1, 1 + k, null, null, null]::int[], 'd' || k, 'd', 'd', ${square} from generate_series(1, ${DISTRICTS}) k`);
  await db.query(`insert into division (id, dataset_id, parent_id, level, path, code, name_zh, name_en, geom, label, area_km2)
    select 100 + k, 1, 2 + k % ${DISTRICTS}, 5, array[1, 2 + k % ${DISTRICTS}, null, null, 100 + k]::int[], 'g' || k, 'g', 'g', ${square}
    from generate_series(0, ${GRIDS - 1}) k`);
}

/** Writes divisions and places. @returns the cells, by place: for the baseline, which gets them ready-made. */
export async function writePlaces(db: Database, count: number): Promise<BigUint64Array> {
  await writeDivisions(db);
  const towns = Array.from(
    { length: TOWNS },
    () => [BOX.west + random() * BOX.width, BOX.south + random() * BOX.height] as const,
  );
  const cells = new BigUint64Array(count);
  const taken = new Set<bigint>();
  const point = Buffer.from('0101000020e6100000'.padEnd(50, '0'), 'hex');
  const one = Buffer.from([0x3f, 0x80, 0, 0]);
  for (let from = 0; from < count; from += 50_000) {
    const rows = new CopyRows(50_000 * 200);
    for (let i = from; i < Math.min(count, from + 50_000); i++) {
      const core = random() < CORE_SHARE;
      const [lng0, lat0] = core ? [CORE.lng, CORE.lat] : towns[Math.floor(random() * TOWNS)]!;
      const radius = core ? CORE.radius : TOWN_RADIUS;
      const [x, y] = lngLatToTile31(lng0 + normal() * radius, lat0 + normal() * radius * 0.7);
      let cell = encodeCell(x, y);
      while (taken.has(cell)) cell++;
      taken.add(cell);
      cells[i] = cell;
      const [lng, lat] = tile31ToLngLat(x + 0.5, y + 0.5);
      point.writeDoubleLE(lng, 9);
      point.writeDoubleLE(lat, 17);
      rows.row(10);
      rows.int8(Number(cell >> 32n) * 2 ** 32 + Number(cell & 0xffffffffn));
      // 2^53 is less than 62 bits: the halves are written over it.
      rows.view.setUint32(rows.pos - 8, Number(cell >> 32n));
      rows.view.setUint32(rows.pos - 4, Number(cell & 0xffffffffn));
      rows.int4(1);
      rows.int4(1);
      rows.int4(100 + (i % GRIDS));
      rows.bytes(point);
      rows.bytes(Buffer.from(`路 ${i} 号`));
      rows.bytes(Buffer.from(codeOf(i)));
      rows.bytes(one);
      rows.bytes(Buffer.from('number'));
      rows.bytes(one);
    }
    await db.transaction((client) =>
      client.copy!.in(
        'copy place (cell, n, dataset_id, division_id, geom, address, code, rank, level, confidence) from stdin (format binary)',
        rows.parts(),
      ),
    );
  }
  await db.transaction(rebuildRecordCounts);
  await db.query('vacuum analyze place');
  return cells;
}

/** Writes the file to import, and the same rows as the table has them for the baseline. */
export async function writeFiles(
  path: string,
  readyPath: string,
  records: number,
  cells: BigUint64Array,
): Promise<void> {
  const [out, ready] = [createWriteStream(path), createWriteStream(readyPath)];
  out.write('id,address_code,issued_on,kind,office\n');
  for (let from = 0; from < records; from += 20_000) {
    const lines: string[] = [];
    const readyLines: string[] = [];
    for (let i = from; i < Math.min(records, from + 20_000); i++) {
      const place = Math.floor(random() * cells.length);
      const day = new Date(Date.UTC(2020, 0, 1) + Math.floor(random() * 2000) * 86_400_000).toISOString().slice(0, 10);
      const key = `E${String(i).padStart(9, '0')}`;
      lines.push(`${key},${codeOf(place)},${day},license,window-${i % 90}\n`);
      readyLines.push(`${cells[place]!},1,1,${day},1,0,${key}\n`);
    }
    for (const [stream, text] of [
      [out, lines.join('')],
      [ready, readyLines.join('')],
    ] as const)
      if (!stream.write(text)) await once(stream, 'drain');
  }
  out.end();
  ready.end();
  await Promise.all([once(out, 'close'), once(ready, 'close')]);
}
