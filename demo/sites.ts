/** Where the unit grids stand: one site each, plus the sites of the neighbours beyond the border. */
import { LAKES } from './layout.ts';
import { inRing } from './plane.ts';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';
import { riverSide, spacingAt, townAt } from './terrain.ts';
import type { Terrain } from './terrain.ts';

export interface Site {
  x: number;
  y: number;
  /** Index of the town whose lattice it belongs to, or -1. */
  town: number;
  /** Lattice cell, when it has one. */
  u: number;
  v: number;
  /** Left or right of the main stream. */
  left: boolean;
  /** One of a pair that faces another across the main stream. */
  bank: boolean;
  inside: boolean;
  /** Some point of its cell may lie in the stream or a lake. */
  nearWater: boolean;
  spacing: number;
}

/** Points by square kilometre, to ask who is near. */
class Neighbourhood {
  private cells = new Map<number, Site[]>();
  private key(i: number, j: number): number {
    return (i + 5000) * 10000 + j + 5000;
  }
  add(s: Site): void {
    const k = this.key(Math.floor(s.x), Math.floor(s.y));
    const list = this.cells.get(k);
    if (list) list.push(s);
    else this.cells.set(k, [s]);
  }
  isFree(x: number, y: number, radius: number): boolean {
    const r2 = radius * radius;
    for (let i = Math.floor(x - radius); i <= Math.floor(x + radius); i++) {
      for (let j = Math.floor(y - radius); j <= Math.floor(y + radius); j++) {
        for (const s of this.cells.get(this.key(i, j)) ?? []) {
          if ((s.x - x) * (s.x - x) + (s.y - y) * (s.y - y) < r2) return false;
        }
      }
    }
    return true;
  }
}

/** All sites: pairs along the river, lattices in the towns, and random ones elsewhere, nowhere too close. */
export function buildSites(terrain: Terrain): Site[] {
  const sites: Site[] = [];
  const near = new Neighbourhood();
  const put = (x: number, y: number, more: Partial<Site>): void => {
    const site: Site = {
      x,
      y,
      town: -1,
      u: 0,
      v: 0,
      left: false,
      bank: false,
      inside: false,
      nearWater: false,
      spacing: spacingAt(terrain, x, y),
      ...more,
    };
    sites.push(site);
    near.add(site);
  };
  putRiverPairs(terrain, near, put);
  const random = createRandom(terrain.seed, 31);
  for (const town of terrain.towns) {
    const reach = Math.ceil((town.radiusKm * 1.7) / town.blockY);
    for (let u = -reach; u <= reach; u++) {
      for (let v = -reach; v <= reach; v++) {
        const [x, y] = town.point(u, v);
        const jitter = 0.035 * town.blockX;
        if (town.edge(x, y) > 0 || townAt(terrain, x, y) !== town) continue;
        if (riverSide(terrain, x, y).distance < 0.5) continue;
        if (!near.isFree(x, y, town.blockY * 0.62)) continue;
        put(x + random.range(-jitter, jitter), y + random.range(-jitter, jitter), { town: town.index, u, v });
      }
    }
  }
  throwDarts(terrain, near, put, random);
  for (const s of sites) {
    const river = riverSide(terrain, s.x, s.y);
    s.left = river.left;
    s.nearWater =
      river.distance < s.spacing + 0.6 ||
      LAKES.some((l) => Math.hypot(l.x - s.x, l.y - s.y) < l.radiusKm * 2 + s.spacing);
    s.inside = inRing(s.x, s.y, terrain.outline);
  }
  return sites;
}

type Put = (x: number, y: number, more: Partial<Site>) => void;

function putRiverPairs(terrain: Terrain, near: Neighbourhood, put: Put): void {
  const { river } = terrain;
  let since = 0;
  for (let i = 1; i + 1 < river.length; i++) {
    const [x, y] = river[i]!;
    const a = river[i - 1]!;
    const b = river[i + 1]!;
    since += Math.hypot(x - a[0], y - a[1]);
    const step = Math.min(1.5, Math.max(0.75, spacingAt(terrain, x, y)));
    if (since < step) continue;
    since = 0;
    const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
    const off = Math.max(0.42, step * 0.5);
    const nx = (-(b[1] - a[1]) / length) * off;
    const ny = ((b[0] - a[0]) / length) * off;
    // On a tight bend the inner bank is crowded: then the pair is left out, and the edge there follows its neighbours.
    if (!near.isFree(x + nx, y + ny, step * 0.6) || !near.isFree(x - nx, y - ny, step * 0.6)) continue;
    put(x + nx, y + ny, { bank: true });
    put(x - nx, y - ny, { bank: true });
  }
}

function throwDarts(terrain: Terrain, near: Neighbourhood, put: Put, random: Random): void {
  const dart = (x: number, y: number): void => {
    const s = spacingAt(terrain, x, y);
    const crowd = townAt(terrain, x, y) ? 0.85 : 1;
    if (near.isFree(x, y, s * crowd)) put(x, y, { town: townAt(terrain, x, y)?.index ?? -1, u: NaN });
  };
  for (const town of terrain.towns) {
    for (let n = 0; n < 6000; n++) {
      const r = (town.radiusKm + 6) * Math.sqrt(random.next());
      const a = random.range(0, 2 * Math.PI);
      dart(town.x + r * Math.cos(a), town.y + r * Math.sin(a));
    }
  }
  const xs = terrain.outline.map((p) => p[0]);
  const ys = terrain.outline.map((p) => p[1]);
  const [west, east] = [Math.min(...xs) - 12, Math.max(...xs) + 12];
  const [south, north] = [Math.min(...ys) - 12, Math.max(...ys) + 12];
  for (let n = 0; n < 150_000; n++) dart(random.range(west, east), random.range(south, north));
}
