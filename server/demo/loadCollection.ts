import type { DemoPlace } from '../../demo/types.ts';
import { cellOf } from '../../tiles/morton.ts';
import { chunked, insertRows, type Database } from '../db/index.ts';
import { rankComponents, rankOf, UNRANKED } from '../records/index.ts';
import { addDataset, type Progress } from './dataset.ts';

const CHUNK = 2000;
/** One component stands by every so many places, and about this far from it, in degrees. */
const PLACES_A_COMPONENT = 9;
const BESIDE = 0.00012;

/** A whole number below `most` that a code always has; `salt` tells several of one code apart. */
const below = (code: string, salt: string, most: number): number => Math.floor(rankOf(`${salt}${code}`) * most);

/** What is known of a place beside where it stands. */
export interface Collected {
  level: string;
  confidence: number;
  people: number | null;
  houses: number;
  units: number;
  visitedAt: Date | null;
}

/**
 * What collectors found at a place, and how near its address came: some communities are nearly done and fresh, others lag behind. By
 * arithmetic from the codes, so that the same city always has the same.
 */
export function collectedAt(code: string, until: Date): Collected {
  const [district, community] = [code.slice(0, 6), code.slice(0, 12)];
  const isCoarse = below(code, 'level', 1000) < 8 + below(district, 'level', 90);
  const counted = below(code, 'counted', 100);
  const isVisited = below(code, 'visited', 1000) < 350 + below(community, 'visited', 640);
  const days = 1 + below(community, 'days', 30) + below(code, 'days', 110);
  const minutes = days * 1440 + below(code, 'minutes', 600);
  return {
    level: isCoarse ? 'road' : 'number',
    confidence: isCoarse ? 0.75 : 1,
    people: counted < 6 ? null : counted < 15 ? 0 : 1 + below(code, 'people', 7),
    houses: 1 + below(code, 'houses', 3),
    units: below(code, 'units', 2),
    visitedAt: isVisited ? new Date(until.getTime() - minutes * 60_000) : null,
  };
}

/** Police grids by community, duty grids by street, with the unit grids that they cover. */
async function addOverlays(db: Database): Promise<void> {
  for (const { kind, level, zh, en } of [
    { kind: 'police', level: 4, zh: '警格', en: 'police grid' },
    { kind: 'duty', level: 3, zh: '责任网格', en: 'duty grid' },
  ]) {
    await db.query(
      `with made as (
         insert into grid_overlay (kind, code, name_zh, name_en, geom, area_km2, batch)
         select $1::text, upper(left($1::text, 1)) || code, name_zh || $3::text, name_en || ' ' || $4::text, geom, area_km2, 0
         from division where level = $2::int and valid_to is null order by code returning id, code
       )
       insert into grid_overlay_unit (overlay_id, division_id, share)
       select made.id, unit.id, 1 from made join division d on d.code = substr(made.code, 2) and d.level = $2::int
         join division unit on unit.level = 5 and unit.path[$2::int] = d.id and unit.valid_to is null`,
      [kind, level, zh, en],
    );
  }
}

const COLUMNS = [
  ['dataset_id', 'int'],
  ['code', 'text'],
  ['standard_ref', 'text'],
  ['category', 'text'],
  ['name', 'text'],
  ['division_id', 'int'],
  ['cell', 'bigint'],
  ['geom', 'geometry'],
  ['rank', 'real'],
  ['min_zoom', 'smallint'],
  ['batch', 'int'],
] as const;

interface Category {
  code: string;
  name: string;
  standard: string;
}

/** A manhole cover, a lamp, a bench … beside every ninth place. */
async function addComponents(db: Database, places: readonly DemoPlace[], ids: Map<string, number>): Promise<void> {
  const { rows: categories } = await db.query<Category>(
    `select code, name_zh as name, standard_ref as standard from category where kind = 'component' and code ~ '^[0-9]{5}$' order by code`,
  );
  if (categories.length === 0) return;
  const datasetId = await addDataset(db, [
    'demo-components',
    '演示城市部件',
    'Demonstration components',
    'components',
    null,
    null,
  ]);
  const chosen = places.filter((_, i) => i % PLACES_A_COMPONENT === 0);
  const blocks = new Set<string>();
  for (const chunk of chunked(chosen.entries(), CHUNK)) {
    const rows = chunk.map(([i, { lng, lat, gridCode }]) => {
      const { code, name, standard } = categories[(i * 7) % categories.length]!;
      const at = { lng: lng + (i % 2 === 0 ? BESIDE : -BESIDE), lat: lat + (i % 3 === 0 ? BESIDE : -BESIDE) / 2 };
      const cell = cellOf(at.lng, at.lat);
      const id = `${gridCode.slice(0, 6)}${code}${String(i + 1).padStart(6, '0')}`;
      blocks.add((cell >> 34n).toString());
      const geom = `SRID=4326;POINT(${at.lng} ${at.lat})`;
      return [
        datasetId,
        id,
        standard,
        code,
        name,
        ids.get(gridCode) ?? 0,
        cell.toString(),
        geom,
        rankOf(id),
        UNRANKED,
        0,
      ];
    });
    await insertRows(db, 'component', COLUMNS, rows);
  }
  await rankComponents(db, [...blocks].sort());
}

/** What lies over the divisions of a demonstration, and stands beside its places. */
export async function loadCollection(
  db: Database,
  places: readonly DemoPlace[],
  ids: Map<string, number>,
  onProgress: Progress,
): Promise<void> {
  await addOverlays(db);
  await addComponents(db, places, ids);
  onProgress('components', places.length, places.length);
}
