import { createHash } from 'node:crypto';
import type { NewStep } from '../columns.ts';

/** A step as the log keeps it: with everything that a step may leave out. */
export type LoggedStep = Required<NewStep>;

/** The hash before the first step of a case, and before the first seal. */
export const GENESIS: Buffer = Buffer.alloc(32);
const VERSION = 1;

/** JSON without spaces, keys in order of their code units: the same text for the same value, however it was stored. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
  }
  return JSON.stringify(value ?? null);
}

/** The text that a step is hashed as. docs/log.md tells it to people. */
export function encodeStep(caseId: number, seq: number, step: LoggedStep): string {
  const { at, action, from, to, role, actor, note, usedMs, late, data } = step;
  return canonicalJson([
    VERSION,
    caseId,
    seq,
    at.toISOString(),
    action,
    from,
    to,
    role,
    actor,
    note,
    usedMs,
    late,
    data,
  ]);
}

/** SHA-256 over the hash before and the step. */
export function hashStep(before: Buffer, caseId: number, seq: number, step: LoggedStep): Buffer {
  return createHash('sha256')
    .update(before)
    .update(encodeStep(caseId, seq, step))
    .digest();
}

export interface Head {
  caseId: number;
  seq: number;
  hash: Buffer;
}

/** SHA-256 over the hash of the seal before, the seal's number and instant, and its heads in order of case. */
export function hashSeal(before: Buffer, id: number, at: Date, heads: readonly Head[]): Buffer {
  const hash = createHash('sha256')
    .update(before)
    .update(canonicalJson([VERSION, id, at.toISOString()]));
  for (const { caseId, seq, hash: head } of heads) hash.update(`${caseId}.${seq}.`).update(head);
  return hash.digest();
}
