import type { Visit } from './readVisit.ts';
import { COUNTED, type Counted, type Counts } from './words.ts';

/** What is known of the address when a visit arrives. */
export interface Standing {
  version: number;
  isRetired: boolean;
  /** Changes since the version that the device knew: those that other visits of the same collector made. */
  ownChanges: number;
  /** Counts that a later visit has told already. */
  toldLater: Readonly<Record<Counted, boolean>>;
}

export type Judgement =
  /** What of its counts stands from now on. */
  { kind: 'take'; counts: Counts } | { kind: 'conflict' | 'reject'; field: string; given: string; detail: string };

const NOTHING: Counts = { people: null, houses: null, units: null };

/**
 * Decides what a visit may do. An offline queue arrives in any order: what a later visit has told stays, and the collector's own visits
 * do not stand in each other's way. What somebody else has changed meanwhile is never written over: that is a conflict.
 */
export function judgeVisit(
  { address, baseVersion, counts, corrections }: Pick<Visit, 'address' | 'baseVersion' | 'counts' | 'corrections'>,
  { version, isRetired, ownChanges, toldLater }: Standing,
): Judgement {
  const given = String(baseVersion ?? '');
  if (baseVersion !== null && baseVersion > version)
    return {
      kind: 'reject',
      field: 'baseVersion',
      given,
      detail: `baseVersion: expected at most ${version}, its version`,
    };
  const news: Counts = { ...NOTHING };
  for (const name of COUNTED) if (!toldLater[name]) news[name] = counts[name];
  const changes = corrections.length > 0 || COUNTED.some((name) => news[name] !== null);
  if (!changes) return { kind: 'take', counts: NOTHING };
  if (isRetired)
    return { kind: 'conflict', field: 'address', given: address ?? '', detail: 'the address was retired meanwhile' };
  if (baseVersion !== null && version - baseVersion > ownChanges)
    return {
      kind: 'conflict',
      field: 'baseVersion',
      given,
      detail: `somebody else changed it: its version is ${version}`,
    };
  return { kind: 'take', counts: news };
}
