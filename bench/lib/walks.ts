/** Recorded walks over the city: the same views in the same order in every run. */
import { bboxToTiles, lngLatToTile31, type Tile } from '../../tiles/grid.ts';
import type { Database } from '../../server/db/index.ts';
import { randomFrom } from './random.ts';

export interface View {
  walk: 'descent' | 'tour' | 'random';
  layer: string;
  tile: Tile;
  query: string;
}

/** A screen of 1920 × 1080 is so many tiles of 512 pixels: half of them to each side of the middle. */
const SCREEN: [across: number, down: number] = [4, 3];
const DESCENTS = 24;
const RANDOM = 4000;

interface Ground {
  /** Hot places: where people live. */
  spots: [number, number][];
  /** Middle of each district. */
  districts: [number, number][];
  extent: [number, number, number, number];
}

async function readGround(db: Database): Promise<Ground> {
  const spots = await db.query<{ lng: number; lat: number }>(
    'select st_x(geom) as lng, st_y(geom) as lat from place order by hashint8(cell), n limit 2000',
  );
  const districts = await db.query<{ lng: number; lat: number }>(
    'select st_x(label) as lng, st_y(label) as lat from division where level = 2 and valid_to is null order by code',
  );
  const city = await db.query<{ west: number; south: number; east: number; north: number }>(
    'select west, south, east, north from city',
  );
  const { west = 0, south = 0, east = 0, north = 0 } = city.rows[0] ?? {};
  return {
    spots: spots.rows.map(({ lng, lat }) => [lng, lat]),
    districts: districts.rows.map(({ lng, lat }) => [lng, lat]),
    extent: [west, south, east, north],
  };
}

/** The tiles of a screen whose middle is at a position. */
export function tilesAround([lng, lat]: [number, number], z: number): Tile[] {
  const size = 2 ** (31 - z);
  const [x31, y31] = lngLatToTile31(lng, lat);
  const first = (at: number, count: number) => Math.round(at / size - count / 2);
  const [across, down] = SCREEN;
  const tiles: Tile[] = [];
  for (let dx = 0; dx < across; dx++)
    for (let dy = 0; dy < down; dy++) {
      const [x, y] = [first(x31, across) + dx, first(y31, down) + dy];
      if (x >= 0 && y >= 0 && x < 2 ** z && y < 2 ** z) tiles.push({ z, x, y });
    }
  return tiles;
}

/** What a map asks for at a zoom: density or places, the cases, the divisions and the base map. */
function layersAt(z: number): string[] {
  return [
    z <= 14 ? 'density' : 'places',
    'cases',
    ...(z <= 16 ? ['divisions', 'base'] : []),
    ...(z >= 12 && z <= 16 ? ['grids'] : []),
  ];
}

/** Filters that change from request to request, so that nothing is asked twice. */
function filterOf(layer: string, random: () => number): string {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const day = (n: number) => new Date(Date.UTC(2025, 10, 24) + n * 86_400_000).toISOString().slice(0, 10);
  if (layer === 'density') return pick(['', '', 'classes=government', 'classes=industry,sensing']);
  if (layer !== 'cases') return '';
  const from = Math.floor(random() * 330);
  const period = `from=${day(from)}&to=${day(from + 1 + Math.floor(random() * 30))}`;
  return pick([
    '',
    'status=all',
    `status=all&${period}`,
    `status=closed&${period}`,
    'status=overdue',
    'status=all&source=hotline',
  ]);
}

/** The walks of a city: from the whole of it down to a street, a wall's tour of the districts, and random tiles of any layer. */
export async function recordWalks(db: Database): Promise<View[]> {
  const ground = await readGround(db);
  const random = randomFrom(42);
  const views: View[] = [];
  const look = (walk: View['walk'], at: [number, number], z: number) => {
    for (const layer of layersAt(z))
      for (const tile of tilesAround(at, z)) views.push({ walk, layer, tile, query: filterOf(layer, random) });
  };
  for (const spot of ground.spots.slice(0, DESCENTS)) for (let z = 6; z <= 19; z++) look('descent', spot, z);
  for (const district of ground.districts) for (const z of [8, 10, 12]) look('tour', district, z);
  for (let i = 0; i < RANDOM; i++) {
    const z = Math.floor(random() * 21);
    const layer = layersAt(z)[Math.floor(random() * layersAt(z).length)]!;
    const range = bboxToTiles(ground.extent, z);
    const anywhere = {
      z,
      x: range.minX + Math.floor(random() * (range.maxX - range.minX + 1)),
      y: range.minY + Math.floor(random() * (range.maxY - range.minY + 1)),
    };
    const spot = ground.spots[Math.floor(random() * ground.spots.length)]!;
    const tile = random() < 0.5 ? anywhere : tilesAround(spot, z)[0]!;
    views.push({ walk: 'random', layer, tile, query: filterOf(layer, random) });
  }
  return views;
}
