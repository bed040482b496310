/** Splits a connected set of cells into connected, compact, balanced parts: regions grown by shortest path from seeds,
 * whose speeds and seats are corrected until their weights come near what is wanted; then cells are traded at the borders. */
import type { Random } from './random.ts';

export interface Graph {
  x: (cell: number) => number;
  y: (cell: number) => number;
  neighbours: (cell: number) => Iterable<number>;
  /** What it costs to grow from one cell to its neighbour. */
  cost: (from: number, to: number) => number;
  weight: (cell: number) => number;
}

export interface Wish {
  /** Weight that the part should have (only proportions matter). */
  target: number;
  /** A fixed seat; without one the seat is found and moved. */
  seat?: number;
}

/** Binary heap of (key, value) in two arrays. */
class Heap {
  private keys: number[] = [];
  private values: number[] = [];
  get size(): number {
    return this.keys.length;
  }
  push(key: number, value: number): void {
    const { keys, values } = this;
    let i = keys.length;
    keys.push(key);
    values.push(value);
    while (i > 0) {
      const up = (i - 1) >> 1;
      if (keys[up]! <= key) break;
      keys[i] = keys[up]!;
      values[i] = values[up]!;
      i = up;
    }
    keys[i] = key;
    values[i] = value;
  }
  pop(): { key: number; value: number } {
    const { keys, values } = this;
    const top = { key: keys[0]!, value: values[0]! };
    const key = keys.pop()!;
    const value = values.pop()!;
    const n = keys.length;
    if (n > 0) {
      let i = 0;
      for (;;) {
        let down = 2 * i + 1;
        if (down >= n) break;
        if (down + 1 < n && keys[down + 1]! < keys[down]!) down++;
        if (keys[down]! >= key) break;
        keys[i] = keys[down]!;
        values[i] = values[down]!;
        i = down;
      }
      keys[i] = key;
      values[i] = value;
    }
    return top;
  }
}

function grow(
  cells: readonly number[],
  members: Set<number>,
  graph: Graph,
  seats: readonly number[],
  speeds: readonly number[],
): Map<number, number> {
  const part = new Map<number, number>();
  const heap = new Heap();
  const parts = seats.length;
  seats.forEach((seat, k) => heap.push(0, seat * parts + k));
  while (heap.size > 0) {
    const { key, value } = heap.pop();
    const k = value % parts;
    const cell = (value - k) / parts;
    if (part.has(cell)) continue;
    part.set(cell, k);
    for (const to of graph.neighbours(cell)) {
      if (members.has(to) && !part.has(to)) heap.push(key + graph.cost(cell, to) / speeds[k]!, to * parts + k);
    }
  }
  if (part.size !== cells.length) throw new Error(`partition: reached ${part.size} of ${cells.length} cells`);
  return part;
}

function firstSeats(cells: readonly number[], graph: Graph, wishes: readonly Wish[], random: Random): number[] {
  const seats = wishes.flatMap((w) => (w.seat === undefined ? [] : [w.seat]));
  const far = new Float64Array(cells.length).fill(Infinity);
  const note = (seat: number): void =>
    cells.forEach((c, i) => {
      const d = Math.hypot(graph.x(c) - graph.x(seat), graph.y(c) - graph.y(seat));
      far[i] = Math.min(far[i]!, c === seat ? 0 : d);
    });
  if (seats.length === 0) seats.push(random.pick(cells));
  seats.forEach(note);
  while (seats.length < wishes.length) {
    let best = -1;
    let at = 0;
    cells.forEach((c, i) => {
      const score = far[i]! * Math.sqrt(graph.weight(c)) * random.range(0.7, 1);
      if (far[i]! > 0 && score > best) {
        best = score;
        at = c;
      }
    });
    seats.push(at);
    note(at);
  }
  return seats;
}

/** Parts of a connected set of cells.
 * @param cells connected through `graph.neighbours`; at least as many as wishes.
 * @returns the part (index into wishes) of every cell; every part connected and not empty. */
export function partition(
  cells: readonly number[],
  graph: Graph,
  wishes: readonly Wish[],
  random: Random,
  rounds = 14,
): Map<number, number> {
  if (cells.length < wishes.length) throw new RangeError(`partition: ${wishes.length} parts of ${cells.length} cells`);
  if (wishes.length === 1) return new Map(cells.map((c) => [c, 0]));
  const members = new Set(cells);
  const seats = firstSeats(cells, graph, wishes, random);
  const speeds = wishes.map(() => 1);
  const total = cells.reduce((sum, c) => sum + graph.weight(c), 0);
  const wanted = wishes.reduce((sum, w) => sum + w.target, 0);
  let best: Map<number, number> | null = null;
  let bestError = Infinity;
  for (let round = 0; round < rounds; round++) {
    const part = grow(cells, members, graph, seats, speeds);
    const sums = wishes.map(() => ({ w: 0, x: 0, y: 0 }));
    for (const [c, k] of part) {
      const w = graph.weight(c);
      sums[k]!.w += w;
      sums[k]!.x += w * graph.x(c);
      sums[k]!.y += w * graph.y(c);
    }
    const ratio = sums.map((s, k) => s.w / ((total * wishes[k]!.target) / wanted));
    const error = ratio.reduce((sum, r) => sum + (r - 1) * (r - 1), 0);
    if (error < bestError) {
      bestError = error;
      best = part;
    }
    const nearest = seats.map(() => Infinity);
    for (const [c, k] of part) {
      if (wishes[k]!.seat !== undefined) continue;
      const d = Math.hypot(graph.x(c) - sums[k]!.x / sums[k]!.w, graph.y(c) - sums[k]!.y / sums[k]!.w);
      if (d < nearest[k]!) {
        nearest[k] = d;
        seats[k] = c;
      }
    }
    ratio.forEach((r, k) => (speeds[k] = Math.max(0.02, Math.min(50, speeds[k]! * Math.pow(r, -0.3)))));
  }
  trade(
    best!,
    members,
    graph,
    wishes.map((w) => (total * w.target) / wanted),
  );
  return best!;
}

/** Moves border cells from parts that are too heavy to neighbours that are too light, while both stay connected
 * and the cell touches its new part at least as much as its old one or nearly so. */
function trade(part: Map<number, number>, members: Set<number>, graph: Graph, targets: readonly number[]): void {
  const sums = targets.map(() => 0);
  const lists = targets.map(() => new Set<number>());
  for (const [c, k] of part) {
    sums[k]! += graph.weight(c);
    lists[k]!.add(c);
  }
  for (let round = 0; round < 6; round++) {
    let moved = 0;
    for (const c of part.keys()) {
      const k = part.get(c)!;
      const touch = new Map<number, number>();
      for (const to of graph.neighbours(c)) {
        if (members.has(to)) touch.set(part.get(to)!, (touch.get(part.get(to)!) ?? 0) + 1);
      }
      const w = graph.weight(c);
      for (const [other, n] of touch) {
        if (other === k || n + 1 < (touch.get(k) ?? 0)) continue;
        const before =
          Math.abs(sums[k]! - targets[k]!) / targets[k]! + Math.abs(sums[other]! - targets[other]!) / targets[other]!;
        const after =
          Math.abs(sums[k]! - w - targets[k]!) / targets[k]! +
          Math.abs(sums[other]! + w - targets[other]!) / targets[other]!;
        if (after >= before - 1e-9 || !staysConnected(lists[k]!, c, graph)) continue;
        part.set(c, other);
        lists[k]!.delete(c);
        lists[other]!.add(c);
        sums[k]! -= w;
        sums[other]! += w;
        moved++;
        break;
      }
    }
    if (moved === 0) return;
  }
}

function staysConnected(list: Set<number>, without: number, graph: Graph): boolean {
  if (list.size < 2) return false;
  const first = [...graph.neighbours(without)].find((c) => list.has(c));
  if (first === undefined) return false;
  const seen = new Set([without, first]);
  const queue = [first];
  for (const c of queue) {
    for (const to of graph.neighbours(c)) {
      if (list.has(to) && !seen.has(to)) {
        seen.add(to);
        queue.push(to);
      }
    }
  }
  return seen.size === list.size;
}
