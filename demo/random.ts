/** Seeded chance and noise: integers only in the generator, so the same numbers on every machine. */

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform in [from, to). */
  range(from: number, to: number): number;
  /** Integer in [0, n). */
  int(n: number): number;
  pick<T>(list: readonly T[]): T;
  /** About normal, mean 0, deviation 1: the sum of four uniforms, never beyond ±3.5. */
  normal(): number;
  /** Exponential with the given mean, cut at 8 times it. */
  exponential(mean: number): number;
  chance(probability: number): boolean;
}

/** One 32-bit hash of up to four integers (murmur3's finalizer over a mixed sum). */
export function hashInts(a: number, b = 0, c = 0, d = 0): number {
  let h = Math.imul(a | 0, 0x9e3779b1) ^ Math.imul((b | 0) + 0x7f4a7c15, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d) ^ Math.imul((c | 0) + 0x165667b1, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 13), 0x297a2d39) ^ Math.imul((d | 0) + 0x27d4eb2f, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A hash as a fraction in [0, 1). */
export function hashUnit(a: number, b = 0, c = 0, d = 0): number {
  return hashInts(a, b, c, d) / 4294967296;
}

/** A stream of chance (mulberry32) that belongs to the given keys and to nothing else.
 * @param keys seed first, then what the stream is for. */
export function createRandom(seed: number, b = 0, c = 0, d = 0): Random {
  let state = hashInts(seed, b, c, d);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    next,
    range: (from, to) => from + next() * (to - from),
    int: (n) => Math.floor(next() * n),
    pick: (list) => list[Math.floor(next() * list.length)]!,
    normal: () => (next() + next() + next() + next() - 2) * 1.7320508,
    exponential: (mean) => Math.min(8 * mean, -mean * Math.log(1 - next())),
    chance: (probability) => next() < probability,
  };
}

/** Smooth value noise in [-1, 1] over the plane, one unit a lattice step. */
export function createNoise(seed: number): (x: number, y: number) => number {
  const at = (i: number, j: number): number => hashUnit(seed, i, j, 77) * 2 - 1;
  const ease = (t: number): number => t * t * (3 - 2 * t);
  return (x, y) => {
    const i = Math.floor(x);
    const j = Math.floor(y);
    const u = ease(x - i);
    const v = ease(y - j);
    const low = at(i, j) * (1 - u) + at(i + 1, j) * u;
    const high = at(i, j + 1) * (1 - u) + at(i + 1, j + 1) * u;
    return low * (1 - v) + high * v;
  };
}

/** Draws an index with the given weights in constant time (Vose's alias method). */
export function createAlias(weights: ArrayLike<number>): (u: number) => number {
  const n = weights.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += weights[i]!;
  const chance = new Float64Array(n);
  const alias = new Int32Array(n);
  const small: number[] = [];
  const large: number[] = [];
  for (let i = 0; i < n; i++) {
    chance[i] = (weights[i]! * n) / sum;
    (chance[i]! < 1 ? small : large).push(i);
  }
  while (small.length > 0 && large.length > 0) {
    const s = small.pop()!;
    const l = large.at(-1)!;
    alias[s] = l;
    const rest = chance[l]! - (1 - chance[s]!);
    chance[l] = rest;
    if (rest < 1) small.push(large.pop()!);
  }
  for (const i of small) chance[i] = 1;
  for (const i of large) chance[i] = 1;
  return (u) => {
    const x = u * n;
    const i = Math.min(n - 1, Math.floor(x));
    return x - i < chance[i]! ? i : alias[i]!;
  };
}

/** Shares a whole number out in proportion to weights, each rounded so that the sum is exact. */
export function apportion(total: number, weights: readonly number[], floor = 0): number[] {
  const free = total - floor * weights.length;
  if (free < 0) throw new RangeError(`apportion: ${total} is less than ${floor} each for ${weights.length}`);
  const sum = weights.reduce((a, b) => a + b, 0) || 1;
  const exact = weights.map((w) => (free * w) / sum);
  const out = exact.map((e) => Math.floor(e));
  let left = free - out.reduce((a, b) => a + b, 0);
  const order = exact.map((e, i) => [e - Math.floor(e), i] as const).sort((a, b) => b[0] - a[0] || a[1] - b[1]);
  for (const [, i] of order) {
    if (left-- <= 0) break;
    out[i] = out[i]! + 1;
  }
  return out.map((o) => o + floor);
}
