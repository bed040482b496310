/** The five levels of divisions with codes, names, polygons and residents, out of the grouped mesh. */
import { outlineOf } from './chain.ts';
import { groupCells } from './group.ts';
import type { StreetGroup } from './group.ts';
import { CITY, DISTRICTS } from './layout.ts';
import type { Mesh } from './mesh.ts';
import { chooseParks } from './parks.ts';
import { createCommunityNames, createStreetNames } from './names.ts';
import { toLngLat } from './plane.ts';
import { apportion, createRandom } from './random.ts';
import { isWet } from './terrain.ts';
import type { Terrain } from './terrain.ts';
import type { DemoDivision } from './types.ts';

/** A unit grid with what places and cases need of it. */
export interface Grid {
  cell: number;
  code: string;
  district: number;
  street: number;
  community: number;
  population: number;
}

export interface Divisions {
  all: DemoDivision[];
  grids: Grid[];
  streets: { nameZh: string; stem: string; urban: boolean; district: number; cells: number[]; seat: number }[];
  communities: { nameZh: string; stem: string; street: number }[];
  districtNames: string[];
}

const pad = (n: number): string => String(n).padStart(3, '0');

/** Residents by cell: dense in the middle of towns, thin over farmland; the sum is the city's. */
function residents(mesh: Mesh, terrain: Terrain, seats: ReadonlySet<number>): Map<number, number> {
  const random = createRandom(terrain.seed, 71);
  const parks = new Set(chooseParks(terrain, mesh).flat());
  const weights = mesh.cells.map((c) => {
    const s = mesh.sites[c]!;
    const vary = 0.6 + 0.8 * random.next();
    const town = terrain.towns[s.town];
    if (s.nearWater && isWet(terrain, s.x, s.y)) return 0.01;
    if (parks.has(c)) return 5;
    if (!town && seats.has(c)) return 900 + mesh.areaKm2[c]! * vary * 110;
    if (!town) return mesh.areaKm2[c]! * vary * (s.spacing < 1.2 ? 170 : s.spacing < 2 ? 70 : 42);
    const out = Math.hypot(s.x - town.x, s.y - town.y) / town.radiusKm;
    // A town's rim cells reach far into the fields: only so much of them is built on.
    const built = Math.min(mesh.areaKm2[c]!, 1.5 * town.blockX * town.blockY);
    return built * town.density * (1.15 - 0.6 * out * out) * vary;
  });
  const shared = apportion(CITY.population, weights);
  return new Map(mesh.cells.map((c, i) => [c, shared[i]!]));
}

/** The cell of a group deepest inside it: its site is where the label goes. */
function labelCell(mesh: Mesh, cells: readonly number[], owner: ArrayLike<number>): number {
  if (cells.length === 1) return cells[0]!;
  const rim = cells.filter((c) => mesh.around[c]!.some((w) => owner[w.site] !== owner[c]));
  const onRim = new Set(rim);
  const x = cells.reduce((sum, c) => sum + mesh.sites[c]!.x * mesh.areaKm2[c]!, 0);
  const y = cells.reduce((sum, c) => sum + mesh.sites[c]!.y * mesh.areaKm2[c]!, 0);
  const area = cells.reduce((sum, c) => sum + mesh.areaKm2[c]!, 0);
  const size = Math.sqrt(area);
  let best = -Infinity;
  let at = cells[0]!;
  for (const c of cells) {
    const s = mesh.sites[c]!;
    let gap = onRim.has(c) ? 0 : size;
    if (gap > 0) for (const r of rim) gap = Math.min(gap, Math.hypot(mesh.sites[r]!.x - s.x, mesh.sites[r]!.y - s.y));
    const score = gap - 0.5 * Math.hypot(s.x - x / area, s.y - y / area);
    if (score > best) {
      best = score;
      at = c;
    }
  }
  return at;
}

/** The grid in which a street's or township's own offices stand: dry, and deep inside it. */
function seatOf(mesh: Mesh, terrain: Terrain, group: StreetGroup, owner: ArrayLike<number>): number {
  const cells = group.communities.flat();
  const dry = cells.filter((c) => !mesh.sites[c]!.nearWater || !isWet(terrain, mesh.sites[c]!.x, mesh.sites[c]!.y));
  return labelCell(mesh, dry.length > 0 ? dry : cells, owner);
}

/** Builds all divisions, parents before children. */
export function buildDivisions(terrain: Terrain, mesh: Mesh): Divisions {
  const groups = groupCells(mesh, terrain.seed);
  const n = mesh.sites.length;
  const out: Divisions = { all: [], grids: [], streets: [], communities: [], districtNames: [] };
  const add = (
    code: string,
    level: DemoDivision['level'],
    parentCode: string | null,
    nameZh: string,
    nameEn: string,
    cells: number[],
    owner: ArrayLike<number>,
  ): void => {
    const label = mesh.sites[labelCell(mesh, cells, owner)]!;
    const [labelLng, labelLat] = toLngLat(label.x, label.y);
    const population = cells.reduce((sum, c) => sum + people.get(c)!, 0);
    out.all.push({
      code,
      level,
      parentCode,
      nameZh,
      nameEn,
      geometry: outlineOf(mesh, cells, owner),
      labelLng,
      labelLat,
      population,
    });
  };
  const owners = [0, 1, 2, 3].map(() => new Int32Array(n).fill(-1)) as [Int32Array, Int32Array, Int32Array, Int32Array];
  let communityIndex = 0;
  groups.forEach((g, i) =>
    g.communities.forEach((cells) => {
      for (const c of cells) {
        owners[0][c] = 0;
        owners[1][c] = g.district;
        owners[2][c] = i;
        owners[3][c] = communityIndex;
      }
      communityIndex++;
    }),
  );
  const seats = groups.map((g) => seatOf(mesh, terrain, g, owners[2]));
  const people = residents(mesh, terrain, new Set(seats));
  const self = Int32Array.from({ length: n }, (_, i) => i);
  const streetNames = createStreetNames(terrain.seed);
  add(CITY.code, 1, null, CITY.nameZh, `${CITY.nameEn} City`, mesh.cells, owners[0]);
  DISTRICTS.forEach((d, k) => {
    // As in GB/T 2260: urban districts from 02, counties from 21.
    const code = CITY.code.slice(0, 4) + String(d.type === '区' ? k + 2 : k - 7 + 21).padStart(2, '0');
    const mine = groups.map((g, i) => ({ g, i })).filter(({ g }) => g.district === k);
    out.districtNames.push(d.stem + d.type);
    add(
      code,
      2,
      CITY.code,
      d.stem + d.type,
      `${d.pinyin} ${d.type === '区' ? 'District' : 'County'}`,
      mine.flatMap(({ g }) => g.communities.flat()),
      owners[1],
    );
    mine.forEach(({ g, i }, nth) => {
      const kind = d.type === '区' && g.urban ? 'subdistrict' : g.urban || nth % 5 < 3 ? 'town' : 'township';
      const name = streetNames(kind);
      const streetCode = code + pad((kind === 'subdistrict' ? 0 : kind === 'town' ? 99 : 199) + nth + 1);
      const street = out.streets.length;
      out.streets.push({
        nameZh: name.zh,
        stem: name.stem,
        urban: g.urban,
        district: k,
        cells: g.communities.flat(),
        seat: seats[i]!,
      });
      add(streetCode, 3, code, name.zh, name.en, g.communities.flat(), owners[2]);
      const communityNames = createCommunityNames(createRandom(terrain.seed, 72, i));
      g.communities.forEach((cells, j) => {
        const town = cells.filter((c) => mesh.sites[c]!.town >= 0).length * 2 > cells.length;
        const community = communityNames(g.urban || town);
        const communityCode = streetCode + pad(j + 1 + (g.urban || town ? 0 : 200));
        const index = out.communities.length;
        out.communities.push({ nameZh: community.zh, stem: community.stem, street });
        add(communityCode, 4, streetCode, community.zh, community.en, cells, owners[3]);
        cells.forEach((cell, m) => {
          const gridCode = communityCode + pad(m + 1);
          add(
            gridCode,
            5,
            communityCode,
            `${community.zh}第${m + 1}网格`,
            `${community.en} Grid ${m + 1}`,
            [cell],
            self,
          );
          out.grids.push({
            cell,
            code: gridCode,
            district: k,
            street,
            community: index,
            population: people.get(cell)!,
          });
        });
      });
    });
  });
  return out;
}
