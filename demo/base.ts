/** The base map under the divisions: built-up areas, green, water, roads and railways; drawn in this order. */
import type { Polygon } from 'geojson';
import { outlineOf } from './chain.ts';
import { createInside } from './clip.ts';
import type { Divisions } from './divisions.ts';
import { WETLAND } from './layout.ts';
import { chooseParks } from './parks.ts';
import type { Mesh } from './mesh.ts';
import { roughen, toPlane } from './plane.ts';
import { createRandom } from './random.ts';
import { buildOverland, buildStreets } from './roads.ts';
import type { StreetNet } from './roads.ts';
import { shore } from './terrain.ts';
import type { Terrain } from './terrain.ts';
import type { DemoBaseFeature } from './types.ts';
import { buildWater, polygonOf } from './water.ts';

// prettier-ignore
const FORESTS: [zh: string, en: string, x: number, y: number, r: number][] = [
  ['桦皮岭林场', 'Huapiling Forest', -88, 14, 6], ['松涛林场', 'Songtao Forest', 98, 150, 5.5], ['老鹰山林场', 'Laoyingshan Forest', 40, 108, 5],
  ['沙带防护林', 'Shadai Shelterbelt', -66, -70, 5.5], ['柳毛林场', 'Liumao Forest', 22, -76, 5], ['云顶林场', 'Yunding Forest', 184, 82, 5],
];
// prettier-ignore
const PARKS = ['望鹤公园', '榆荫公园', '江畔公园', '文源公园', '霁月公园', '儿童公园', '劳动公园', '桦香公园', '苇塘公园', '朝阳公园', '双桥公园', '雁鸣公园'];
// prettier-ignore
const PARKS_EN = ['Wanghe', 'Yuyin', 'Riverside', 'Wenyuan', 'Jiyue', "Children's", 'Labour', 'Huaxiang', 'Weitang', 'Chaoyang', 'Shuangqiao', 'Yanming'];

function builtUp(terrain: Terrain, mesh: Mesh, divisions: Divisions): DemoBaseFeature[] {
  const random = createRandom(terrain.seed, 94);
  const out: DemoBaseFeature[] = terrain.towns.map((t) => ({
    kind: 'built_up',
    rank: t.kind === 'county' ? 2 : 1,
    nameZh: t.nameZh,
    nameEn: t.nameEn,
    minZoom: t.kind === 'county' ? 6 : 5,
    geometry: polygonOf(roughen(t.rim, 1, 0.14, random, true)),
  }));
  const english = new Map(divisions.all.filter((d) => d.level === 3).map((d) => [d.nameZh, d.nameEn]));
  for (const s of divisions.streets) {
    if (s.urban) continue;
    const { x, y, town } = mesh.sites[s.seat]!;
    if (town >= 0) continue;
    out.push({
      kind: 'built_up',
      rank: 3,
      nameZh: s.nameZh,
      nameEn: english.get(s.nameZh)!,
      minZoom: 8,
      geometry: polygonOf(shore(x, y, random.range(0.4, 0.85), random.range(0.7, 1.4), 0.3, random, 20)),
    });
  }
  return out;
}

function green(terrain: Terrain): DemoBaseFeature[] {
  const random = createRandom(terrain.seed, 95);
  const out: DemoBaseFeature[] = [
    {
      kind: 'green',
      rank: 1,
      nameZh: '鹤栖湿地',
      nameEn: 'Heqi Wetland',
      minZoom: 6,
      geometry: polygonOf(shore(WETLAND.x, WETLAND.y, WETLAND.radiusKm, 1.25, 0.28, random, 90)),
    },
  ];
  for (const [zh, en, x, y, r] of FORESTS) {
    out.push({
      kind: 'green',
      rank: 2,
      nameZh: zh,
      nameEn: en,
      minZoom: 7,
      geometry: polygonOf(shore(x, y, r, random.range(0.7, 1.5), 0.4, random, 60)),
    });
  }
  return out;
}

function parks(terrain: Terrain, mesh: Mesh): DemoBaseFeature[] {
  return chooseParks(terrain, mesh).map((cells, i) => {
    const owner = new Uint8Array(mesh.sites.length);
    for (const c of cells) owner[c] = 1;
    const geometry: Polygon = { type: 'Polygon', coordinates: outlineOf(mesh, cells, owner).coordinates[0]! };
    return { kind: 'green', rank: 3, nameZh: PARKS[i]!, nameEn: `${PARKS_EN[i]!} Park`, minZoom: 10, geometry };
  });
}

/** Builds the base map; lines end at the city's border. */
export function buildBase(terrain: Terrain, mesh: Mesh, divisions: Divisions, nets: StreetNet[]): DemoBaseFeature[] {
  const border = divisions.all[0]!.geometry.coordinates[0]![0]!.map(([lng, lat]) => toPlane(lng!, lat!));
  const inside = createInside(border);
  return [
    ...green(terrain),
    ...builtUp(terrain, mesh, divisions),
    ...parks(terrain, mesh),
    ...buildWater(terrain, inside),
    ...buildOverland(terrain, inside),
    ...buildStreets(terrain, nets),
  ];
}
