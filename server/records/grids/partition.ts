/** A piece of a community that is not divided further. */
export interface Atom {
  households: number;
  areaM2: number;
  /** A point of it, in metres on any plane. */
  x: number;
  y: number;
}

/** Two atoms that touch. */
export interface Border {
  a: number;
  b: number;
  lengthM: number;
  /** It runs along a road. */
  onRoad: boolean;
}

/** Spanning trees tried for each cut: more make it better balanced, and slower. */
const TREES = 48;
/** Of each tree, the best balanced cuts whose borders are measured. */
const CUTS = 4;
/** Imbalance of a cut, in grids, that is no fault. */
const TOLERANCE = 0.05;
/** A border along a road costs this much of another. */
const ROAD_COST = 0.2;
/** What borders cost beside imbalance. */
const BORDER_COST = 0.25;
/** Atoms that touch nothing are joined to the nearest, last of all. */
const APART = 100;

/** mulberry32: the same numbers each time. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Sets {
  readonly #parent: Int32Array;
  constructor(size: number) {
    this.#parent = Int32Array.from({ length: size }, (_, i) => i);
  }
  find(i: number): number {
    let root = i;
    while (this.#parent[root] !== root) root = this.#parent[root]!;
    for (let at = i; at !== root;) {
      const next = this.#parent[at]!;
      this.#parent[at] = root;
      at = next;
    }
    return root;
  }
  /** @returns false: they were one already. */
  join(a: number, b: number): boolean {
    const [x, y] = [this.find(a), this.find(b)];
    this.#parent[x] = y;
    return x !== y;
  }
}

type Link = Border & { apart: boolean };

/** Borders of some atoms among themselves, and links to what touches none of the others. */
function connect(atoms: readonly Atom[], members: readonly number[], borders: readonly Border[]): Link[] {
  const inside = new Set(members);
  const links: Link[] = borders.flatMap((one) =>
    inside.has(one.a) && inside.has(one.b) ? [{ ...one, apart: false }] : [],
  );
  const sets = new Sets(atoms.length);
  for (const { a, b } of links) sets.join(a, b);
  for (;;) {
    const island = members.filter((one) => sets.find(one) === sets.find(members[0]!));
    if (island.length === members.length) return links;
    let best: Link | null = null;
    let least = Infinity;
    for (const a of island)
      for (const b of members) {
        if (sets.find(a) === sets.find(b)) continue;
        const distance = Math.hypot(atoms[a]!.x - atoms[b]!.x, atoms[a]!.y - atoms[b]!.y);
        if (distance < least) [least, best] = [distance, { a, b, lengthM: 0, onRoad: false, apart: true }];
      }
    links.push(best!);
    sets.join(best!.a, best!.b);
  }
}

/** A random spanning tree that crosses roads as seldom as it can: links of each atom. */
function growTree(size: number, links: readonly Link[], random: () => number): Map<number, number[]> {
  const order = links.map((link) => ({ link, key: random() + (link.apart ? APART : link.onRoad ? 1 : 0) }));
  order.sort((p, q) => p.key - q.key);
  const sets = new Sets(size);
  const tree = new Map<number, number[]>();
  for (const { link } of order) {
    if (!sets.join(link.a, link.b)) continue;
    tree.set(link.a, [...(tree.get(link.a) ?? []), link.b]);
    tree.set(link.b, [...(tree.get(link.b) ?? []), link.a]);
  }
  return tree;
}

/** Atoms of a tree, each after the one above it. */
function walk(
  tree: ReadonlyMap<number, readonly number[]>,
  root: number,
  not = -1,
): { order: number[]; above: Map<number, number> } {
  const above = new Map([[root, -1]]);
  const order = [root];
  for (const at of order)
    for (const next of tree.get(at) ?? [])
      if (!above.has(next) && next !== not) {
        above.set(next, at);
        order.push(next);
      }
  return { order, above };
}

interface Cut {
  side: Set<number>;
  cost: number;
}

/** The best cuts of one tree into `first` and `parts - first` grids. */
function* cutsOf(
  atoms: readonly Atom[],
  members: readonly number[],
  links: readonly Link[],
  [first, parts]: readonly [number, number],
  random: () => number,
): Generator<Cut> {
  const tree = growTree(atoms.length, links, random);
  const { order, above } = walk(tree, members[0]!);
  const below = new Map(members.map((one) => [one, atoms[one]!.households]));
  for (const one of [...order].reverse()) {
    const to = above.get(one)!;
    if (to >= 0) below.set(to, below.get(to)! + below.get(one)!);
  }
  const total = below.get(members[0]!)!;
  const grid = total / parts || 1;
  const imbalance = (one: number, share: number) => Math.abs(below.get(one)! - grid * share) / grid;
  const found = order
    .slice(1)
    .map((one) => ({ one, off: Math.min(imbalance(one, first), imbalance(one, parts - first)) }));
  found.sort((p, q) => p.off - q.off || p.one - q.one);
  const side = Math.sqrt(members.reduce((sum, one) => sum + atoms[one]!.areaM2, 0)) || 1;
  for (const { one, off } of found.slice(0, CUTS)) {
    const inner = new Set(walk(tree, one, above.get(one)).order);
    let border = 0;
    for (const { a, b, lengthM, onRoad } of links)
      if (inner.has(a) !== inner.has(b)) border += lengthM * (onRoad ? ROAD_COST : 1);
    const cost = off + 4 * Math.max(0, off - TOLERANCE) + (BORDER_COST * border) / side;
    const mine = imbalance(one, first) <= imbalance(one, parts - first);
    yield { cost, side: mine ? inner : new Set(members.filter((other) => !inner.has(other))) };
  }
}

/**
 * Divides atoms into connected grids of about as many households each, with short borders, along roads where there are any:
 * by halves, each by the best cut of many random spanning trees, as districts are drawn (ReCom: DeFord, Duchin, Solomon 2021).
 * The same atoms give the same grids.
 * @returns the grid of each atom, 0 … parts - 1.
 */
export function partition(atoms: readonly Atom[], borders: readonly Border[], parts: number): number[] {
  const grids = new Array<number>(atoms.length).fill(0);
  const random = randomFrom(atoms.length);
  const divide = (members: readonly number[], from: number, count: number): void => {
    if (count === 1 || members.length < 2) {
      for (const one of members) grids[one] = from;
      return;
    }
    const links = connect(atoms, members, borders);
    const first = Math.floor(count / 2);
    let best: Cut | null = null;
    for (let i = 0; i < TREES; i++)
      for (const cut of cutsOf(atoms, members, links, [first, count], random))
        if (!best || cut.cost < best.cost) best = cut;
    const { side } = best!;
    divide(
      members.filter((one) => side.has(one)),
      from,
      first,
    );
    divide(
      members.filter((one) => !side.has(one)),
      from + first,
      count - first,
    );
  };
  divide(
    atoms.map((_, i) => i),
    0,
    parts,
  );
  return grids;
}

/** Into how many grids households are divided. @param least @param most households a grid. */
export function gridsFor(households: number, least: number, most: number): number {
  const parts = Math.max(1, Math.round(households / ((least + most) / 2)));
  return households / parts > most ? Math.ceil(households / most) : parts;
}
