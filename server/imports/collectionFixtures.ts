import { randomUUID } from 'node:crypto';
import type { Database } from '../db/index.ts';
import { SILENT } from '../files/index.ts';
import { collection, feature, scratch, square } from './fixtures.ts';
import { importAddresses, importDivisions } from './index.ts';

const files = scratch();
const OPTIONS = { crs: 'wgs84', replaceDemo: false, rejects: files.at('r.csv') } as const;

/** Addresses of a test city, as an import brings them. @param rows code,address,lng,lat,people */
export const takeAddresses = (db: Database, rows: readonly string[]) =>
  importAddresses(
    db,
    files.write('a.csv', `code,address,lng,lat,people\n${rows.join('\n')}\n`),
    { ...OPTIONS, attributes: 'people' },
    SILENT,
  );

/** A district of two communities, with addresses A-0 … in the western one and B-0 … in the eastern. */
export async function makeVillages(db: Database, addresses: number): Promise<void> {
  const squares = [
    feature({ code: '230202', name: '西城区', level: 'district' }, square(123.8, 47.3, 0.2)),
    feature({ code: '230202001', name: '南湖街道', level: 'street', parent: '230202' }, square(123.8, 47.3, 0.2)),
    feature(
      { code: '230202001001', name: '湖西社区', level: 'community', parent: '230202001' },
      square(123.8, 47.3, 0.1),
    ),
    feature(
      { code: '230202001002', name: '湖东社区', level: 'community', parent: '230202001' },
      square(123.9, 47.3, 0.1),
    ),
  ];
  await importDivisions(db, files.write('d.geojson', collection(...squares)), OPTIONS, SILENT);
  const row = (letter: string, lng: number) => (_: unknown, i: number) =>
    `${letter}-${i},西城区${letter === 'A' ? '中华' : '光明'}路${2 * i + 2}号,${(lng + i * 0.001).toFixed(4)},47.35,${i % 3 === 0 ? '' : i % 3 === 1 ? 0 : i}`;
  const some = { length: addresses };
  await takeAddresses(db, [...Array.from(some, row('A', 123.81)), ...Array.from(some, row('B', 123.91))]);
}

/** A visit as a device sends it, right or wrong. */
export interface SentVisit {
  id: string;
  address?: string | undefined;
  visitedAt: string;
  collector: string;
  counts?: { people?: number; houses?: number; units?: number };
  [more: string]: unknown;
}

/** A visit as a device would send it. */
export const visitTo = (address: string, more: Partial<SentVisit> = {}): SentVisit => ({
  id: randomUUID(),
  address,
  visitedAt: '2025-11-20T10:00:00+08:00',
  collector: '王采',
  outcome: 'visited',
  baseVersion: 1,
  ...more,
});

/** Everything that visits leave behind, but the numbers of versions: they tell in which order visits came. */
export async function collectedState(db: Database): Promise<unknown> {
  const places = await db.query('select code, people, houses, units, visited_at from place order by code');
  const visits = await db.query(
    'select id, address, collector, visited_at, outcome, people, houses, units, note from visit order by id',
  );
  const proposals = await db.query('select visit_id, kind, address, body, state from address_proposal order by 1, 2');
  return [places.rows, visits.rows, proposals.rows];
}

/** Forgets all visits, and what they counted. */
export async function forgetVisits(db: Database): Promise<void> {
  await db.query('delete from visit');
  await db.query('delete from address_proposal');
  await db.query('update place set people = null, houses = null, units = null, visited_at = null, version = 1');
}
