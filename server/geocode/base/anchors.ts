import { Ints } from './ints.ts';

/** What the door of an address is told from: a road, a place with a name, or a village. */
export const ANCHOR_KINDS = ['road', 'place', 'village'] as const;
export type AnchorKind = (typeof ANCHOR_KINDS)[number];

/** Positions are kept in this part of a degree. */
export const DEGREE = 1e7;

export interface Anchor {
  kind: AnchorKind;
  /** Number of its name; 0 for a village, which is its scope. */
  name: number;
  /** The street or town (a village: the community) that this stretch of it lies in. */
  scope: number;
  /** First row of its list. */
  head: number;
  count: number;
  /** In units of 1 ÷ DEGREE, whole: sums do not depend on the order. */
  lngSum: number;
  latSum: number;
}

/** Middle of an anchor's rows. */
export const middleOf = ({ lngSum, latSum, count }: Anchor): [lng: number, lat: number] => [
  lngSum / count / DEGREE,
  latSum / count / DEGREE,
];

/** Anchors by name and scope, each with the list of its rows. */
export class Anchors {
  readonly all: Anchor[] = [];
  private readonly byScope = new Map<number, number>();
  private readonly byName = ANCHOR_KINDS.map(() => new Map<number, number[]>());
  /** Next row in the list of the road, the place, the second place, the village. */
  private readonly next = [new Ints(), new Ints(), new Ints(), new Ints()];

  private key(kind: number, name: number, scope: number): number {
    return (name * 2 ** 26 + scope) * 4 + kind;
  }

  find(kind: AnchorKind, name: number, scope: number): number {
    return this.byScope.get(this.key(ANCHOR_KINDS.indexOf(kind), name, scope)) ?? -1;
  }

  /** All anchors of a name, one a scope; a village's name is its scope. */
  named(kind: AnchorKind, name: number): readonly number[] {
    return this.byName[ANCHOR_KINDS.indexOf(kind)]!.get(name) ?? [];
  }

  /** Has a name rows that were not taken out? */
  isThere(kind: AnchorKind, name: number): boolean {
    return this.named(kind, name).some((index) => this.all[index]!.count > 0);
  }

  /** Puts a row to its anchor. @returns the anchor's index, and whether it is new. */
  link(kind: AnchorKind, slot: number, name: number, scope: number, row: number, lng: number, lat: number): number {
    const at = ANCHOR_KINDS.indexOf(kind);
    const key = this.key(at, name, scope);
    let index = this.byScope.get(key);
    if (index === undefined) {
      index = this.all.push({ kind, name, scope, head: -1, count: 0, lngSum: 0, latSum: 0 }) - 1;
      this.byScope.set(key, index);
      const lookup = kind === 'village' ? scope : name;
      const list = this.byName[at]!.get(lookup);
      if (list) list.push(index);
      else this.byName[at]!.set(lookup, [index]);
    }
    const anchor = this.all[index]!;
    this.next[slot]!.set(row, anchor.head);
    anchor.head = row * 4 + slot;
    anchor.count++;
    anchor.lngSum += lng;
    anchor.latSum += lat;
    return index;
  }

  unlink(index: number, lng: number, lat: number): void {
    const anchor = this.all[index]!;
    anchor.count--;
    anchor.lngSum -= lng;
    anchor.latSum -= lat;
  }

  /** Rows of an anchor, newest first, removed ones among them. Stops where `visit` says false. */
  walk(index: number, visit: (row: number) => boolean): void {
    let at = this.all[index]!.head;
    while (at !== -1) {
      const row = at >> 2;
      if (!visit(row)) return;
      at = this.next[at & 3]!.get(row);
    }
  }
}
