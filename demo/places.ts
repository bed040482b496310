/** Addresses with annotated records: along the streets in towns, in hamlets in the country. */
import type { Position } from 'geojson';
import { DATASETS } from './catalogue.ts';
import type { Divisions, Grid } from './divisions.ts';
import type { Mesh } from './mesh.ts';
import { inRing, toLngLat } from './plane.ts';
import type { Point } from './plane.ts';
import { apportion, createRandom, hashUnit } from './random.ts';
import type { Random } from './random.ts';
import type { StreetNet } from './roads.ts';
import { isWet } from './terrain.ts';
import type { Terrain } from './terrain.ts';
import type { ClassCounts, DemoPlace } from './types.ts';

export interface Ground {
  terrain: Terrain;
  mesh: Mesh;
  divisions: Divisions;
  nets: StreetNet[];
  /** Outer ring of every grid, by its index in `divisions.grids`. */
  rings: Position[][];
}

export interface PlaceTable {
  places: DemoPlace[];
  /** Index of each place's grid. */
  grid: Int32Array;
}

/** Records at scale 1, by class: government the most. */
const RECORDS: ClassCounts = [1_340_000, 610_000, 210_000, 570_000, 270_000];
// prettier-ignore
const ESTATES = ['鹤汀花园', '江畔人家', '锦绣家园', '阳光小区', '安居小区', '翠湖苑', '康居里', '锅炉厂家属楼', '铁路小区', '文苑小区', '北国新村', '幸福里', '桦林苑', '雁鸣小区'];

/** Kinds of places where many records gather: name, probability, weight by class. */
// prettier-ignore
const HUBS: [name: string, probability: number, counts: ClassCounts][] = [
  ['小学', 0.008, [16, 2, 0.5, 4, 3]], ['中学', 0.004, [26, 3, 0.5, 5, 4]], ['医院', 0.003, [60, 14, 3, 8, 8]],
  ['社区卫生服务站', 0.006, [12, 2, 0.5, 4, 2]], ['农贸市场', 0.006, [8, 32, 12, 14, 5]], ['政务服务大厅', 0.0025, [130, 8, 3, 22, 6]],
  ['物流园', 0.002, [5, 14, 90, 6, 8]], ['粮食收储点', 0.003, [4, 10, 70, 5, 5]], ['派出所', 0.003, [34, 3, 0.5, 30, 9]], ['泵站', 0.004, [2, 2, 0.5, 9, 32]],
];

/** A point strictly inside the grid near the wanted one; falls back on the grid's own site. */
function settle(ground: Ground, grid: number, wanted: () => Point): Point {
  const ring = ground.rings[grid]!;
  const site = ground.mesh.sites[ground.divisions.grids[grid]!.cell]!;
  for (let tries = 0; tries < 6; tries++) {
    const [x, y] = wanted();
    const p = toLngLat(x, y);
    if (inRing(p[0], p[1], ring) && !(site.nearWater && isWet(ground.terrain, x, y))) return p;
  }
  for (let shrink = 0.12; shrink > 0.005; shrink /= 2) {
    const p = wanted();
    const q = toLngLat(site.x + (p[0] - site.x) * shrink, site.y + (p[1] - site.y) * shrink);
    if (inRing(q[0], q[1], ring)) return q;
  }
  return toLngLat(site.x, site.y);
}

function inTown(ground: Ground, index: number, g: Grid, random: Random): { point: Point; addressZh: string } {
  const { divisions, mesh, terrain, nets } = ground;
  const site = mesh.sites[g.cell]!;
  const town = terrain.towns[site.town]!;
  const net = nets[site.town]!;
  const side = random.chance(0.5) ? 0.5 : -0.5;
  const along = random.chance(0.5);
  const run = random.range(-0.46, 0.46);
  const line = (along ? site.u : site.v) + side - 0.5;
  const deep = random.chance(0.75) ? random.range(0.05, 0.16) : random.range(0.16, 0.48);
  const off = side > 0 ? side - deep : side + deep;
  const point = settle(ground, index, () =>
    along ? town.point(site.u + off, site.v + run) : town.point(site.u + run, site.v + off),
  );
  const road = (along ? net.along : net.across).get(line)!;
  // Numbers grow from one end of the street, odd on one side: about eighteen to a block.
  const first = (-1.4 * town.radiusKm) / (along ? town.blockY : town.blockX);
  const number = Math.floor(((along ? site.v : site.u) + run - first) * 9) * 2 + (side > 0 ? 1 : 2);
  const district = divisions.districtNames[g.district]!;
  const house = `${district}${road.zh} ${Math.max(1, number)} 号`;
  if (deep < 0.16) return { point, addressZh: house };
  return {
    point,
    addressZh: `${house}${ESTATES[(g.community * 7 + random.int(2)) % ESTATES.length]!} ${1 + random.int(18)} 号楼`,
  };
}

function inCountry(ground: Ground, index: number, g: Grid, random: Random): { point: Point; addressZh: string } {
  const { divisions, mesh, terrain } = ground;
  const site = mesh.sites[g.cell]!;
  const street = divisions.streets[g.street]!;
  const community = divisions.communities[g.community]!;
  // Two hamlets a grid, strung along a lane: the same ones for every place of the grid.
  const isSeat = g.cell === street.seat;
  const hamlet = random.chance(isSeat ? 0.85 : 0.62) ? 0 : 1;
  const atSeat = isSeat && hamlet === 0;
  const at = (k: number): number => (atSeat && k < 2 ? 0 : hashUnit(terrain.seed, 111 + k, g.cell, hamlet) - 0.5);
  const reach = Math.min(1.9, site.spacing) * 0.55;
  const turn = at(2) * 6.283;
  const size = atSeat ? 0.27 : site.spacing > 1.5 ? 0.2 : 0.3 * site.spacing;
  const point = settle(ground, index, () => {
    const a = random.normal() * size * 1.5;
    const b = random.normal() * size * (atSeat ? 1.2 : 0.5);
    return [
      site.x + at(0) * reach + a * Math.cos(turn) - b * Math.sin(turn),
      site.y + at(1) * reach + a * Math.sin(turn) + b * Math.cos(turn),
    ];
  });
  const group = `${divisions.districtNames[g.district]!}${street.nameZh}${community.nameZh}`;
  if (community.nameZh.endsWith('社区')) return { point, addressZh: `${group} ${1 + random.int(60)} 号` };
  return { point, addressZh: `${group}${hamlet === 0 ? '前' : '后'}屯 ${1 + random.int(120)} 号` };
}

/** Builds all places, ordered by grid; the same for the same ground and scale. */
export function buildPlaces(ground: Ground, scale: number): PlaceTable {
  const { divisions, terrain } = ground;
  const { grids } = divisions;
  const total = Math.round(60_000 * Math.sqrt(Math.max(0.02, Math.min(1, scale))));
  const shares = apportion(
    total,
    grids.map((g) => Math.pow(g.population, 0.85)),
  );
  const places: DemoPlace[] = [];
  const grid = new Int32Array(total);
  const raw: ClassCounts[] = [];
  const sums: ClassCounts = [0, 0, 0, 0, 0];
  grids.forEach((g, i) => {
    const random = createRandom(terrain.seed, 112, g.cell);
    const site = ground.mesh.sites[g.cell]!;
    for (let n = 0; n < shares[i]!; n++) {
      const lattice = site.town >= 0 && !Number.isNaN(site.u);
      const { point, addressZh } = (lattice ? inTown : inCountry)(ground, i, g, random);
      let roll = random.next();
      const hub = HUBS.find(([, p]) => (roll -= p) < 0);
      const stem = divisions.communities[g.community]!.stem;
      const counts = [0, 1, 2, 3, 4].map((k) => {
        const base = k === 2 && lattice ? 0.3 : 1;
        return Math.exp(0.8 * random.normal()) * (hub ? hub[2][k]! : base);
      }) as ClassCounts;
      counts.forEach((c, k) => (sums[k]! += c));
      raw.push(counts);
      grid[places.length] = i;
      places.push({
        lng: point[0],
        lat: point[1],
        gridCode: g.code,
        addressZh: hub ? `${addressZh}${stem}${hub[0]}` : addressZh,
        counts,
      });
    }
  });
  places.forEach((p, i) => {
    p.counts = raw[i]!.map((c, k) =>
      Math.floor((c * RECORDS[k]! * Math.min(1, scale)) / sums[k]! + hashUnit(terrain.seed, 113, i, k)),
    ) as ClassCounts;
  });
  return { places, grid };
}

/** Records without a place, by dataset: between 2 and 12 % of each dataset's records. */
export function countUnlocated(places: readonly DemoPlace[], seed: number): Map<string, number> {
  const totals: ClassCounts = [0, 0, 0, 0, 0];
  for (const p of places) p.counts.forEach((c, k) => (totals[k]! += c));
  return new Map(
    DATASETS.map((d, i) => {
      const share = 0.022 + 0.094 * hashUnit(seed, 114, i);
      return [d.key, Math.round((totals[d.classIndex]! * d.share * share) / (1 - share))];
    }),
  );
}
