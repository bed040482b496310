/** Water: the main stream with its arms, tributaries, lakes and ponds. */
import type { Polygon, Position } from 'geojson';
import { clipLine } from './clip.ts';
import { LAKES, STREAMS, WETLAND } from './layout.ts';
import { offsetLine, ringArea, smoothLine, toLngLat } from './plane.ts';
import type { Point } from './plane.ts';
import { createNoise, createRandom } from './random.ts';
import { meander, riverSide, shore, townAt } from './terrain.ts';
import type { Terrain } from './terrain.ts';
import type { DemoBaseFeature } from './types.ts';

type Inside = (x: number, y: number) => boolean;

/** A closed polygon in degrees from an open ring in kilometres, counter-clockwise. */
export function polygonOf(ring: readonly Point[]): Polygon {
  const turned = ringArea(ring) < 0 ? [...ring].reverse() : ring;
  const out: Position[] = turned.map(([x, y]) => toLngLat(x, y));
  out.push(out[0]!);
  return { type: 'Polygon', coordinates: [out] };
}

function mainStream(terrain: Terrain, inside: Inside): DemoBaseFeature[] {
  const { river } = terrain;
  const out: DemoBaseFeature[] = [];
  const bankNoise = createNoise(terrain.seed * 7 + 6);
  const add = (
    rank: 1 | 2 | 3,
    nameZh: string,
    nameEn: string,
    minZoom: number,
    line: Point[],
    half: (i: number) => number,
  ): void => {
    for (const part of clipLine(line, inside)) {
      if (part.length < 4) continue;
      const taper = (i: number): number => (rank === 1 ? 1 : Math.min(1, 0.25 + Math.min(i, part.length - 1 - i) / 3));
      const left = offsetLine(part, (i) => half(i) * taper(i) * (1 + 0.3 * bankNoise(i / 3, 1.5)));
      const right = offsetLine(part, (i) => -half(i) * taper(i) * (1 + 0.3 * bankNoise(i / 3, 8.5)));
      out.push({ kind: 'river', rank, nameZh, nameEn, minZoom, geometry: polygonOf([...left, ...right.reverse()]) });
      if (rank === 1) {
        out.push({
          kind: 'river',
          rank,
          nameZh,
          nameEn,
          minZoom: 4,
          geometry: { type: 'LineString', coordinates: part.map(([x, y]) => toLngLat(x, y)) },
        });
      }
    }
  };
  add(1, '鹤江', 'He River', 7, river, terrain.riverHalfWidth);
  const random = createRandom(terrain.seed, 91);
  for (let start = 14; start + 40 < river.length;) {
    const span = 12 + random.int(18);
    const side = random.chance(0.5) ? 1 : -1;
    const reach = random.range(0.7, 1.7);
    const wave = createNoise(terrain.seed * 17 + start);
    const arm = offsetLine(
      river.slice(start, start + span),
      (i) => side * (0.12 + reach * Math.sin((Math.PI * i) / (span - 1)) * (1 + 0.35 * wave(i / 4, 0.5))),
    );
    if (!arm.some(([x, y]) => townAt(terrain, x, y)))
      add(2, '鹤江汊流', 'Arm of the He River', 9, smoothLine(arm, 0.3), () => 0.07 + 0.03 * reach);
    start += Math.round(span * random.range(0.55, 1.5));
  }
  return out;
}

function tributaries(terrain: Terrain, inside: Inside): DemoBaseFeature[] {
  return STREAMS.flatMap((s, k) => {
    const line = smoothLine(s.line, 0.7);
    // The mouth is pulled onto the stream it joins.
    const end = line[line.length - 1]!;
    const to = terrain.river[riverSide(terrain, end[0], end[1]).index]!;
    const far = Math.hypot(to[0] - end[0], to[1] - end[1]);
    const joined = s.rank === 2 && far < 14 ? [...line.slice(0, -Math.min(line.length - 2, 10)), to] : line;
    const bent = meander(
      smoothLine(joined, 0.7),
      createNoise(terrain.seed * 19 + k),
      s.rank === 2 ? 1.5 : 1.1,
      1.7,
      () => 1,
    );
    return clipLine(smoothLine(bent, 0.35), inside).map((part): DemoBaseFeature => ({
      kind: 'river',
      rank: s.rank,
      nameZh: s.nameZh,
      nameEn: s.nameEn,
      minZoom: s.rank === 2 ? 6 : 8,
      geometry: { type: 'LineString', coordinates: part.map(([x, y]) => toLngLat(x, y)) },
    }));
  });
}

function lakes(terrain: Terrain, inside: Inside): DemoBaseFeature[] {
  const out: DemoBaseFeature[] = LAKES.map((l, k) => ({
    kind: 'lake',
    rank: l.radiusKm > 5 ? 1 : 2,
    nameZh: l.nameZh,
    nameEn: l.nameEn,
    minZoom: 6,
    geometry: polygonOf(terrain.lakes[k]!),
  }));
  const random = createRandom(terrain.seed, 93);
  const taken = LAKES.map((l) => ({ x: l.x, y: l.y, r: l.radiusKm * 1.5 }));
  const pond = (x: number, y: number, r: number, zh: string, en: string): void => {
    if (!inside(x, y) || taken.some((t) => Math.hypot(t.x - x, t.y - y) < t.r + r * 1.6)) return;
    if (riverSide(terrain, x, y).distance < r * 1.7 + 0.6 || terrain.towns.some((t) => t.edge(x, y) < r + 0.5)) return;
    taken.push({ x, y, r });
    out.push({
      kind: 'lake',
      rank: 3,
      nameZh: zh,
      nameEn: en,
      minZoom: 9,
      geometry: polygonOf(shore(x, y, r, random.range(0.6, 1.8), 0.42, random, 24)),
    });
  };
  for (let i = 0; i < 120; i++) {
    const a = random.range(0, 2 * Math.PI);
    const d = WETLAND.radiusKm * Math.sqrt(random.next());
    pond(
      WETLAND.x + d * Math.cos(a),
      WETLAND.y + d * Math.sin(a),
      0.25 + random.exponential(0.35),
      '苇塘',
      'Reed pond',
    );
  }
  for (let i = 0; i < 90; i++) {
    const [x, y] = random.pick(terrain.river);
    pond(x + random.range(-5, 5), y + random.range(-5, 5), 0.2 + random.exponential(0.22), '牛轭泡', 'Oxbow pond');
  }
  return out;
}

/** All water inside the city. */
export function buildWater(terrain: Terrain, inside: Inside): DemoBaseFeature[] {
  return [...lakes(terrain, inside), ...tributaries(terrain, inside), ...mainStream(terrain, inside)];
}
