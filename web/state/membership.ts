import type { Division, Level } from '../../server/api/shapes.ts';

/** Which division lies in which: answers "does this event concern the chosen division?" without asking the server. */
export class Membership {
  readonly #parents = new Map<number, number | null>();

  add(divisions: readonly Pick<Division, 'id' | 'parentId'>[]): void {
    for (const { id, parentId } of divisions) this.#parents.set(id, parentId);
  }

  get size(): number {
    return this.#parents.size;
  }

  /** True for the division itself and for all below it. */
  isWithin(id: number, division: number): boolean {
    let at: number | null | undefined = id;
    for (let steps = 0; at != null && steps < 8; steps++) {
      if (at === division) return true;
      at = this.#parents.get(at);
    }
    return false;
  }
}

export const MEMBER_LEVELS: readonly Level[] = ['district', 'street', 'community', 'grid'];
