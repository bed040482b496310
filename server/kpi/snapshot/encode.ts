import { createHash } from 'node:crypto';
import { canonicalJson, type IndicatorId } from '../../cases/index.ts';
import type { Cut } from '../figures.ts';

const VERSION = 1;

export interface SnapshotRow {
  indicator: IndicatorId;
  cut: Cut;
  /** Of what the row is: a division's or another id; 0: all, or none; elsewhere. */
  key: string;
  code: string;
  nameZh: string;
  nameEn: string;
  numerator: number;
  denominator: number;
}

/** What a snapshot says of itself. */
export interface SnapshotHead {
  /** Its place in the chain, from 1. */
  n: number;
  month: string;
  asOf: Date;
  takenAt: Date;
  timeZone: string;
  demonstration: boolean;
  /** Version of each indicator's definition. */
  definitions: Record<string, number>;
  /** The newest seal of the log of cases; null: there was none. */
  seal: { id: number; hash: Buffer } | null;
  rowCount: number;
}

/** The text of a snapshot's head. docs/snapshots.md tells it to people. */
export function encodeHead(head: SnapshotHead): string {
  const { n, month, asOf, takenAt, timeZone, demonstration, definitions, seal, rowCount } = head;
  return canonicalJson([
    ...[VERSION, n, month, asOf.toISOString(), takenAt.toISOString(), timeZone, demonstration, definitions],
    ...[seal?.id ?? null, seal?.hash.toString('hex') ?? null, rowCount],
  ]);
}

/** The text of a row. */
export function encodeRow({ indicator, cut, key, code, nameZh, nameEn, numerator, denominator }: SnapshotRow): string {
  return canonicalJson([indicator, cut, key, code, nameZh, nameEn, numerator, denominator]);
}

const sha256 = (before: Buffer, text: string): Buffer => createHash('sha256').update(before).update(text).digest();

/**
 * Hashes of a snapshot: of its head over the hash of the snapshot before, and of each row over the one before it. The last is
 * the snapshot's.
 */
export function hashSnapshot(
  before: Buffer,
  head: SnapshotHead,
  rows: readonly SnapshotRow[],
): { rows: Buffer[]; hash: Buffer } {
  let hash = sha256(before, encodeHead(head));
  const hashes = rows.map((row) => (hash = sha256(hash, encodeRow(row))));
  return { rows: hashes, hash };
}
