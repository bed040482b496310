/** Groups unit grids into districts, streets and communities. */
import { COMMUNITY_COUNT, DISTRICTS } from './layout.ts';
import type { Mesh } from './mesh.ts';
import { partition } from './partition.ts';
import type { Graph } from './partition.ts';
import { apportion, createNoise, createRandom, hashUnit } from './random.ts';

export interface StreetGroup {
  district: number;
  /** Wholly inside a town: a subdistrict or the county seat's town, not a rural township. */
  urban: boolean;
  communities: number[][];
}

/** A cell's share of a community: six grids make one in town, about three in the country. */
function share(mesh: Mesh, cell: number): number {
  const site = mesh.sites[cell]!;
  if (site.town >= 0) return 1 / 6;
  return site.spacing < 1.3 ? 1 / 4.5 : 1 / 3;
}

function graphOf(mesh: Mesh, seed: number, weight: (cell: number) => number, even: boolean): Graph {
  const { sites, around } = mesh;
  // Country that is slow to grow over, as hills and marshes are: it bends borders that would else be arcs of circles.
  const rough = createNoise(seed * 13 + 5);
  return {
    x: (c) => sites[c]!.x,
    y: (c) => sites[c]!.y,
    neighbours: (c) => around[c]!.map((w) => w.site),
    cost: (from, to) => {
      const [a, b] = [sites[from]!, sites[to]!];
      const km = Math.hypot(a.x - b.x, a.y - b.y);
      const noise = 0.75 + 0.5 * hashUnit(seed, 51, Math.min(from, to), Math.max(from, to));
      const river = a.left === b.left ? 1 : 4;
      const land = Math.exp(0.8 * rough(a.x / 14, a.y / 14));
      return (km * noise * river * land) / (even ? (a.spacing + b.spacing) / 2 : 1);
    },
    weight,
  };
}

/** Connected pieces of a set of cells, largest first. */
function pieces(mesh: Mesh, cells: readonly number[]): number[][] {
  const left = new Set(cells);
  const out: number[][] = [];
  for (const c of cells) {
    if (!left.delete(c)) continue;
    const piece = [c];
    for (const at of piece) for (const { site } of mesh.around[at]!) if (left.delete(site)) piece.push(site);
    out.push(piece);
  }
  return out.sort((a, b) => b.length - a.length);
}

function split(cells: readonly number[], graph: Graph, parts: number, seed: number, key: number): number[][] {
  const part = partition(
    cells,
    graph,
    Array.from({ length: parts }, () => ({ target: 1 })),
    createRandom(seed, 52, key),
  );
  const out: number[][] = Array.from({ length: parts }, () => []);
  for (const c of cells) out[part.get(c)!]!.push(c);
  return out;
}

/** A district's streets: those of its towns apart from the rural ones, as far as the pieces hang together. */
function streetsOf(
  mesh: Mesh,
  cells: number[],
  count: number,
  isCounty: boolean,
  seed: number,
  key: number,
): { cells: number[]; urban: boolean }[] {
  const graph = graphOf(mesh, seed, (c) => share(mesh, c), true);
  const inTown = new Set<number>();
  if (isCounty)
    for (const p of pieces(
      mesh,
      cells.filter((c) => mesh.sites[c]!.town >= 0),
    ).slice(0, 1))
      for (const c of p) inTown.add(c);
  const outside = cells.filter((c) => !inTown.has(c));
  const [rural = [], ...islands] = pieces(mesh, outside);
  for (const island of islands) for (const c of island) inTown.add(c);
  const town = pieces(mesh, [...inTown]);
  if (town.length !== 1 || rural.length < count) {
    return split(cells, graph, count, seed, key).map((s) => ({ cells: s, urban: isUrban(mesh, s) }));
  }
  const weigh = (list: number[]): number => list.reduce((sum, c) => sum + share(mesh, c), 0);
  const inTowns = Math.max(2, Math.min(4, Math.round((count * weigh(town[0]!)) / weigh(cells))));
  return [
    ...split(town[0]!, graph, inTowns, seed, key * 2 + 1000).map((s) => ({ cells: s, urban: true })),
    ...split(rural, graph, count - inTowns, seed, key * 2 + 1001).map((s) => ({ cells: s, urban: false })),
  ];
}

function isUrban(mesh: Mesh, cells: number[]): boolean {
  return cells.filter((c) => mesh.sites[c]!.town >= 0).length * 2 > cells.length;
}

/** The whole hierarchy below the city, exactly as many of each as the layout wants; every group is connected. */
export function groupCells(mesh: Mesh, seed: number): StreetGroup[] {
  const nearest = (x: number, y: number): number =>
    mesh.cells.reduce((best, c) => {
      const d = (s: number): number => Math.hypot(mesh.sites[s]!.x - x, mesh.sites[s]!.y - y);
      return d(c) < d(best) ? c : best;
    }, mesh.cells[0]!);
  const byDistrict = partition(
    mesh.cells,
    graphOf(mesh, seed, (c) => mesh.areaKm2[c]!, false),
    DISTRICTS.map((d) => ({ target: d.areaKm2, seat: nearest(d.x, d.y) })),
    createRandom(seed, 53),
    40,
  );
  const groups: StreetGroup[] = [];
  const flat: { group: StreetGroup; cells: number[] }[] = [];
  DISTRICTS.forEach((d, k) => {
    const cells = mesh.cells.filter((c) => byDistrict.get(c) === k);
    for (const s of streetsOf(mesh, cells, d.streets, d.type === '县', seed, k)) {
      const group: StreetGroup = { district: k, urban: s.urban, communities: [] };
      groups.push(group);
      flat.push({ group, cells: s.cells });
    }
  });
  const counts = apportion(
    COMMUNITY_COUNT,
    flat.map((f) => f.cells.reduce((sum, c) => sum + share(mesh, c), 0)),
  );
  const graph = graphOf(mesh, seed, (c) => share(mesh, c), true);
  flat.forEach((f, i) => (f.group.communities = split(f.cells, graph, counts[i]!, seed, 5000 + i)));
  return groups;
}
