/** Roads and railways: expressways, main roads between county towns, and the street lattice of every town. */
import type { LineString, MultiLineString } from 'geojson';
import { clipLine } from './clip.ts';
import { createRoadNames } from './names.ts';
import type { Name } from './names.ts';
import { roughen, smoothLine, toLngLat } from './plane.ts';
import type { Point } from './plane.ts';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';
import { riverSide, townAt } from './terrain.ts';
import type { Terrain, TownGround } from './terrain.ts';
import type { DemoBaseFeature } from './types.ts';

type Inside = (x: number, y: number) => boolean;

// prettier-ignore
const EXPRESSWAYS: [zh: string, en: string, line: Point[]][] = [
  ['鹤松高速', 'Hesong Expressway', [[-62, -175], [-40, -118], [-24, -62], [-2, -30], [9.5, -12], [13, 4], [20, 26], [52, 58], [90, 96], [110, 124], [124, 150], [136, 190]]],
  ['雁云高速', 'Yanyun Expressway', [[-130, 24], [-74, 12], [-30, -2], [-12, -10.5], [2, -13], [12, -9], [38, 2], [70, 24], [106, 64], [150, 84], [215, 92]]],
];
// prettier-ignore
const RING: [zh: string, en: string, rank: 1 | 3, x: number, y: number, rx: number, ry: number][] = [
  ['绕城高速', 'Ring Expressway', 1, 0.4, 0.4, 14.2, 13.2],
  ['二环路', 'Second Ring Road', 3, 1.2, 0.4, 5.4, 5.3],
];
/** Main roads by legs from town to town; a point is a way out of the city. The name is the whole road's. */
const MAIN: [zh: string, en: string, legs: (string | Point)[]][] = [
  ['鹤雁公路', 'Heting–Yantan Road', ['老城', '江西新区', '雁滩', [-130, 0]]],
  ['鹤霜公路', 'Heting–Shuangqiao Road', ['老城', '北新城', '北苇镇区', '桦原', '霜桥', [84, 180]]],
  ['鹤云公路', 'Heting–Yunlong Road', ['老城', '东站片', '苇泽', '朔林', '云垄', [220, 84]]],
  ['鹤沙公路', 'Heting–Shayu Road', ['老城', '南工业区', '沙榆', [-100, -96]]],
  ['鹤柳公路', 'Heting–Liusai Road', ['东站片', '霁光镇区', '柳塞', [-8, -175]]],
  ['云松公路', 'Yunlong–Songpo Road', ['云垄', '松泊', '霜桥']],
  ['朔松公路', 'Shuolin–Songpo Road', ['朔林', '松泊', [126, 190]]],
  ['桦朔公路', 'Huayuan–Shuolin Road', [[-20, 100], '桦原', '朔林']],
  ['雁沙公路', 'Yantan–Shayu Road', ['雁滩', '沙榆', '柳塞', '苇泽', [110, -10]]],
];
// prettier-ignore
const RAILS: [zh: string, en: string, rank: 1 | 2, line: Point[]][] = [
  ['鹤北铁路', 'Hebei Railway', 1, [[-70, -175], [-52, -92], [-30, -50], [-4, -18], [5, -6], [7.6, -1], [9, 6], [12, 26], [22, 74], [70, 125], [117, 134], [140, 190]]],
  ['雁云铁路', 'Yanyun Railway', 1, [[-130, 18], [-78, 18], [-40, 6], [-14, -8], [0, -9.5], [7.2, -3.5], [26, 4], [66, 13], [92, 44], [112, 70], [172, 91], [220, 98]]],
  ['柳塞支线', 'Liusai Branch', 2, [[5, -6], [8, -30], [2, -66], [4, -97], [-4, -175]]],
];

/** A leg of a main road. Inside its two towns it keeps to the arterial streets, which cross in the middle. */
function leg(terrain: Terrain, from: string | Point, to: string | Point, random: Random): Point[] {
  const town = (end: string | Point): TownGround | undefined => terrain.towns.find((t) => t.nameZh === end);
  const [a, b] = [town(from), town(to)];
  const start: Point = a ? a.point(0.5, 0.5) : (from as Point);
  const end: Point = b ? b.point(0.5, 0.5) : (to as Point);
  let line = smoothLine(roughen([start, end], 3, 0.09, random), 0.4);
  if (a) {
    const exit = line.findIndex(([x, y]) => a.edge(x, y) > 0.3);
    if (exit >= 0) line = [...throughTown(a, line[exit]!), ...line.slice(exit)];
  }
  if (b) {
    const exit = line.findLastIndex(([x, y]) => b.edge(x, y) > 0.3);
    if (exit >= 0) line = [...line.slice(0, exit + 1), ...throughTown(b, line[exit]!).reverse()];
  }
  return line;
}

/** From a town's middle along its arterials to the rim, towards a point outside. */
function throughTown(t: TownGround, out: Point): Point[] {
  const turn = (-t.turn * Math.PI) / 180;
  const [dx, dy] = [out[0] - t.x, out[1] - t.y];
  const u = (dx * Math.cos(turn) - dy * Math.sin(turn)) / t.blockX;
  const v = (dx * Math.sin(turn) + dy * Math.cos(turn)) / t.blockY;
  const arterial = (w: number): number => Math.round((w - 0.5) / 4) * 4 + 0.5;
  const line: Point[] = [];
  const walk = (u0: number, v0: number, u1: number, v1: number): void => {
    const n = Math.max(1, Math.ceil(Math.abs(u1 - u0) + Math.abs(v1 - v0)));
    for (let i = 0; i <= n; i++) line.push(t.point(u0 + ((u1 - u0) * i) / n, v0 + ((v1 - v0) * i) / n));
  };
  if (Math.abs(dx * Math.cos(turn) - dy * Math.sin(turn)) > Math.abs(dx * Math.sin(turn) + dy * Math.cos(turn))) {
    walk(0.5, 0.5, 0.5, arterial(v));
    walk(0.5, arterial(v), u, arterial(v));
  } else {
    walk(0.5, 0.5, arterial(u), 0.5);
    walk(arterial(u), 0.5, arterial(u), v);
  }
  const stop = line.findIndex(([x, y]) => t.edge(x, y) > 0.15);
  return stop < 0 ? line : line.slice(0, stop);
}

const degrees = (line: readonly Point[]): Point[] => line.map(([x, y]) => toLngLat(x, y));

function lineFeature(parts: Point[][]): LineString | MultiLineString | null {
  if (parts.length === 0) return null;
  if (parts.length === 1) return { type: 'LineString', coordinates: degrees(parts[0]!) };
  return { type: 'MultiLineString', coordinates: parts.map(degrees) };
}

/** Overland roads and railways, cut at the city's border. */
export function buildOverland(terrain: Terrain, inside: Inside): DemoBaseFeature[] {
  const out: DemoBaseFeature[] = [];
  let key = 0;
  const add = (
    kind: 'road' | 'rail',
    rank: 1 | 2 | 3 | 4,
    zh: string,
    en: string,
    minZoom: number,
    control: Point[],
    bend: number,
    closed = false,
  ): void => {
    const random = createRandom(terrain.seed, 81, key++);
    const line = smoothLine(roughen(control, closed ? 1 : 2, bend, random, closed), 0.4, closed);
    if (closed) line.push(line[0]!);
    const geometry = lineFeature(clipLine(line, inside));
    if (geometry) out.push({ kind, rank, nameZh: zh, nameEn: en, minZoom, geometry });
  };
  for (const [zh, en, line] of EXPRESSWAYS) add('road', 1, zh, en, 5, line, 0.06);
  for (const [zh, en, rank, x, y, rx, ry] of RING) {
    const ring = Array.from({ length: 12 }, (_, i): Point => [
      x + rx * Math.cos((i * Math.PI) / 6),
      y + ry * Math.sin((i * Math.PI) / 6),
    ]);
    add('road', rank, zh, en, rank === 1 ? 8 : 10, ring, 0.07, true);
  }
  for (const [zh, en, legs] of MAIN) {
    const parts: Point[][] = [];
    for (let i = 0; i + 1 < legs.length; i++) {
      parts.push(...clipLine(leg(terrain, legs[i]!, legs[i + 1]!, createRandom(terrain.seed, 83, key++)), inside));
    }
    out.push({ kind: 'road', rank: 2, nameZh: zh, nameEn: en, minZoom: 7, geometry: lineFeature(parts)! });
  }
  for (const [zh, en, rank, line] of RAILS) add('rail', rank, zh, en, 6, line, 0.04);
  return out;
}

/** The named streets of a town's lattice: `along[k]` runs at u = k + ½, `across[k]` at v = k + ½. */
export interface StreetNet {
  along: Map<number, Name>;
  across: Map<number, Name>;
}

/** Names the streets of every town's lattice. */
export function nameStreets(terrain: Terrain): StreetNet[] {
  return terrain.towns.map((t) => {
    const names = createRoadNames(createRandom(terrain.seed, 82, t.index));
    const reach = Math.ceil((t.radiusKm * 1.7) / t.blockY);
    const net: StreetNet = { along: new Map(), across: new Map() };
    for (let k = -reach; k <= reach; k++) {
      net.along.set(k, names('街'));
      net.across.set(k, names('路'));
    }
    return net;
  });
}

/** The lattice streets as lines; every fourth an arterial. */
export function buildStreets(terrain: Terrain, nets: StreetNet[]): DemoBaseFeature[] {
  const out: DemoBaseFeature[] = [];
  for (const t of terrain.towns) {
    const reach = Math.ceil((t.radiusKm * 1.7) / t.blockY);
    const inside: Inside = (x, y) =>
      t.edge(x, y) < 0.12 && (townAt(terrain, x, y) ?? t) === t && riverSide(terrain, x, y).distance > 0.36;
    for (const [kind, names] of [
      ['along', nets[t.index]!.along],
      ['across', nets[t.index]!.across],
    ] as const) {
      for (const [k, name] of names) {
        const line = Array.from({ length: reach * 4 + 1 }, (_, i): Point => {
          const run = i / 2 - reach;
          return kind === 'along' ? t.point(k + 0.5, run) : t.point(run, k + 0.5);
        });
        const parts = clipLine(line, inside).filter((p) => p.length > 3);
        const geometry = lineFeature(parts);
        if (!geometry) continue;
        const arterial = ((k % 4) + 4) % 4 === 0;
        const rank = arterial ? 3 : 4;
        out.push({ kind: 'road', rank, nameZh: name.zh, nameEn: name.en, minZoom: arterial ? 10 : 12, geometry });
      }
    }
  }
  return out;
}
