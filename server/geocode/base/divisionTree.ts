import type { GazetteerDivision } from '../types.ts';

export const DIVISION_LEVELS = ['city', 'district', 'street', 'community'] as const;
export type DivisionLevel = (typeof DIVISION_LEVELS)[number];

/** Ids of a division and what it lies in, by level; 0 where there is none. */
export type DivisionPath = readonly [city: number, district: number, street: number, community: number];
const NOWHERE: DivisionPath = [0, 0, 0, 0];

/** The divisions by id, with their paths. */
export class DivisionTree {
  private readonly divisions = new Map<number, GazetteerDivision>();
  private readonly paths = new Map<number, DivisionPath>();

  constructor(divisions: readonly GazetteerDivision[]) {
    for (const division of divisions) this.divisions.set(division.id, division);
  }

  pathOf(id: number): DivisionPath {
    const known = this.paths.get(id);
    if (known) return known;
    const path: [number, number, number, number] = [0, 0, 0, 0];
    let at = this.divisions.get(id);
    for (let steps = 0; at && steps < DIVISION_LEVELS.length; steps++) {
      path[DIVISION_LEVELS.indexOf(at.level)] = at.id;
      at = at.parentId === null ? undefined : this.divisions.get(at.parentId);
    }
    this.paths.set(id, path);
    return path;
  }

  /** The street that a division lies in, or the division itself where it lies in none: names are looked for by it. */
  scopeOf(id: number): number {
    const [, district, street] = id === 0 ? NOWHERE : this.pathOf(id);
    return street !== 0 ? street : district !== 0 ? district : id;
  }

  /** The community of a division, or the division itself: a town's groups count through it where it has no villages. */
  villageOf(id: number): number {
    const community = id === 0 ? 0 : this.pathOf(id)[3];
    return community !== 0 ? community : id;
  }

  nameOf(id: number): string {
    return this.divisions.get(id)?.name ?? '';
  }

  levelOf(id: number): DivisionLevel | null {
    return this.divisions.get(id)?.level ?? null;
  }
}
