import type { AnchorKind } from './anchors.ts';
import { DoorTable, type Door } from './doors.ts';

/** What is asked of rows to tell which of them stands for a door. */
export interface Rows {
  /** Is the row there, and does it lie behind the door? */
  isBehind(anchor: number, kind: AnchorKind, row: number, door: Door): boolean;
  /** Is the door the row's own, with nothing deeper? */
  isExact(kind: AnchorKind, row: number, door: Door): boolean;
  /** Are both of one place, phase, group and road? */
  isLike(a: number, b: number): boolean;
  codeOf(row: number): string;
}

/**
 * The row that stands for each door of each anchor: one whose own door it is before one behind it, then the lower code. Which it is does
 * not depend on the order in which rows came and went. Beside it stand its twins: rows with the same door, or, where none has, one of
 * each other place, phase, group or road behind it, for the door may then not be one.
 */
export class Standing {
  private readonly table = new DoorTable();
  /** Twins by the row that they stand beside, and the door. */
  private readonly twins = new Map<number, Map<string, number[]>>();
  private readonly rows: Rows;

  constructor(rows: Rows) {
    this.rows = rows;
  }

  /** The row that stands for a door, or −1. */
  find(anchor: number, kind: AnchorKind, door: Door): number {
    return this.table.find(anchor, door, (row) => this.rows.isBehind(anchor, kind, row, door));
  }

  twinsOf(anchor: number, row: number, door: Door): readonly number[] {
    return this.twins.get(row)?.get(keyOf(anchor, door)) ?? [];
  }

  /** A row has come to lie behind a door. */
  put(anchor: number, kind: AnchorKind, row: number, door: Door): void {
    const { rows } = this;
    const first = this.find(anchor, kind, door);
    if (first === -1) this.table.set(anchor, door, row, -1);
    if (first === -1 || first === row) return;
    const [was, is] = [rows.isExact(kind, first, door), rows.isExact(kind, row, door)];
    if (was && !is) return;
    const before = (is && !was) || this.order(row, first) < 0;
    const twins = this.twinsOf(anchor, first, door);
    if (twins.length === 0 && (is !== was || (!is && rows.isLike(first, row)))) {
      if (before) this.table.set(anchor, door, row, first);
      return;
    }
    this.choose(anchor, kind, door, first, [first, ...twins, row]);
  }

  private choose(anchor: number, kind: AnchorKind, door: Door, first: number, among: number[]): void {
    const { rows } = this;
    const exact = among.filter((row) => rows.isExact(kind, row, door));
    const kept: number[] = [];
    for (const row of (exact.length > 0 ? exact : among).sort((a, b) => this.order(a, b)))
      if (!kept.includes(row) && (exact.length > 0 || !kept.some((other) => rows.isLike(other, row)))) kept.push(row);
    const [lead, ...twins] = kept;
    this.forget(anchor, first, door);
    if (lead! !== first) this.table.set(anchor, door, lead!, first);
    if (twins.length === 0) return;
    const key = keyOf(anchor, door);
    const byDoor = this.twins.get(lead!);
    if (byDoor) byDoor.set(key, twins);
    else this.twins.set(lead!, new Map([[key, twins]]));
  }

  private order(a: number, b: number): number {
    const [left, right] = [this.rows.codeOf(a), this.rows.codeOf(b)];
    return left === right ? a - b : left < right ? -1 : 1;
  }

  private forget(anchor: number, row: number, door: Door): void {
    const byDoor = this.twins.get(row);
    if (byDoor?.delete(keyOf(anchor, door)) && byDoor.size === 0) this.twins.delete(row);
  }

  /**
   * A row is no longer there.
   * @param doors all that it lay behind, itself first.
   * @returns those that have to be put again, with every row behind them.
   */
  lose(anchor: number, kind: AnchorKind, row: number, doors: readonly Door[]): Door[] {
    return doors.filter((door) => {
      this.forget(anchor, row, door);
      const first = this.find(anchor, kind, door);
      if (first === -1) return true;
      if (!this.twinsOf(anchor, first, door).includes(row)) return false;
      this.forget(anchor, first, door);
      return true;
    });
  }
}

const keyOf = (anchor: number, door: Door): string => `${anchor}:${door.join()}`;
