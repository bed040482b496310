import type { AnchorKind } from './anchors.ts';
import type { Fields } from './fields.ts';

/** Hash of a door at an anchor. The parts are those of `Door`. */
function hashOf(anchor: number, door: Door): number {
  let hash = Math.imul(anchor + 1, 0x9e3779b1);
  for (const part of door) {
    hash = Math.imul(hash ^ part, 0x85ebca6b);
    hash ^= hash >>> 13;
  }
  return Math.imul(hash ^ (hash >>> 16), 0xc2b2ae35);
}

/** Lane, group, number, phase, building, unit, room: numbers of strings, 0 for none. Outermost first. */
export type Door = readonly [
  lane: number,
  group: number,
  number: number,
  phase: number,
  building: number,
  unit: number,
  room: number,
];

/** The door that fields name at an anchor of a kind. A number beside a road is the road's, so a place does not ask for it. */
export function doorAt(kind: AnchorKind, fields: Fields): Door {
  const { lane, group, number, phase, building, unit, room, road } = fields;
  if (kind === 'road') return [lane, group, number, 0, building, unit, room];
  if (kind === 'place') return [0, group, road > 0 ? 0 : number, phase, building, unit, room];
  return [0, group, number, 0, building, unit, room];
}

/** The doors that one door lies behind, itself first; without its group and its phase too, as clerks write it. */
export function doorsOf(door: Door): Door[] {
  const [lane, group, number, phase, building, unit, room] = door;
  const doors: Door[] = [];
  for (const part of phase === 0 ? [0] : [phase, 0])
    for (const team of group === 0 ? [0] : [group, 0]) {
      if (room !== 0) doors.push([lane, team, number, part, building, unit, room]);
      if (unit !== 0) doors.push([lane, team, number, part, building, unit, 0]);
      if (building !== 0) doors.push([lane, team, number, part, building, 0, 0]);
      if ((number !== 0 || lane !== 0) && part === 0) doors.push([lane, team, number, 0, 0, 0, 0]);
    }
  return doors;
}

/** One row for each door of each anchor: open addressing, 8 bytes a slot. A row is looked at again before it is believed. */
export class DoorTable {
  private hashes = new Int32Array(4096);
  private rows = new Int32Array(4096);
  private used = 0;

  /** The row of a door, or −1. @param is does a row with the same hash really stand behind this door? */
  find(anchor: number, door: Door, is: (row: number) => boolean): number {
    const hash = hashOf(anchor, door);
    const mask = this.rows.length - 1;
    for (let slot = hash & mask; this.rows[slot] !== 0; slot = (slot + 1) & mask)
      if (this.hashes[slot] === hash && is(this.rows[slot]! - 1)) return this.rows[slot]! - 1;
    return -1;
  }

  /** @param old the row that stands there now and gives way; −1 to add. */
  set(anchor: number, door: Door, row: number, old: number): void {
    if (old === -1 && (this.used + 1) * 10 > this.rows.length * 7) this.grow();
    const hash = hashOf(anchor, door);
    const mask = this.rows.length - 1;
    let slot = hash & mask;
    while (this.rows[slot] !== 0 && !(old !== -1 && this.hashes[slot] === hash && this.rows[slot] === old + 1))
      slot = (slot + 1) & mask;
    if (this.rows[slot] === 0) this.used++;
    this.hashes[slot] = hash;
    this.rows[slot] = row + 1;
  }

  private grow(): void {
    const [hashes, rows] = [this.hashes, this.rows];
    const mask = rows.length * 2 - 1;
    this.hashes = new Int32Array(mask + 1);
    this.rows = new Int32Array(mask + 1);
    for (let from = 0; from < rows.length; from++) {
      if (rows[from] === 0) continue;
      let slot = hashes[from]! & mask;
      while (this.rows[slot] !== 0) slot = (slot + 1) & mask;
      this.hashes[slot] = hashes[from]!;
      this.rows[slot] = rows[from]!;
    }
  }
}
