import type { City } from '../city/index.ts';
import { ownFlags, type SignalFlag } from './flags.ts';
import { parseJson } from './json.ts';
import type { Mapper } from './mapping.ts';
import type { Outlet } from './outlet.ts';
import { readPosition } from './position.ts';
import { readTime } from './times.ts';

const FIRST_TIME = Date.parse('2000-01-01T00:00:00Z');
const DAY_MS = 86_400_000;

/** What a signal says, as far as it can be read by itself; `reason`: what it lacks. */
export interface Reading {
  category: string | null;
  position: [number, number] | null;
  address: string | null;
  addressId: string | null;
  /** The division that it says it lies in: code or name. */
  division: string | null;
  description: string | null;
  at: Date | null;
  reason: string | null;
  flags: readonly SignalFlag[];
}

/** PostgreSQL's text has no NUL. */
const textOf = (value: string | number | undefined) =>
  value === undefined ? null : String(value).replaceAll('\0', '');

/** Reads one signal by its outlet's mapping; what an operator set goes over it. Used by the worker and by `hekan outlet try`. */
export async function readSignal(
  mapper: Mapper,
  outlet: Outlet,
  city: City,
  signal: { raw: string; mended: Record<string, string | number> | null },
  now: Date,
): Promise<Reading> {
  const { values: mapped, problems } = await mapper(parseJson(signal.raw));
  const values = { ...mapped, ...signal.mended };
  // A position that an operator set comes from our own map.
  const crs = signal.mended?.['lng'] === undefined ? outlet.config.crs : 'wgs84';
  const { position, problem } = readPosition(values, crs, city.extent);
  const at = values.at === undefined ? null : readTime(values.at, city.timeZone);
  const inTime = at === null || (at.getTime() >= FIRST_TIME && at.getTime() <= now.getTime() + DAY_MS);
  const failed = Object.entries(problems).find(([field]) => values[field as keyof typeof values] === undefined);
  const reason =
    (failed && `${failed[0]}: ${failed[1]}`) ??
    (values.category === undefined ? 'no_category' : null) ??
    problem ??
    (inTime ? null : `at_out_of_range: ${String(values.at).slice(0, 60)}`);
  return {
    category: textOf(values.category),
    position,
    address: textOf(values.address),
    addressId: textOf(values.addressId),
    division: textOf(values.division),
    description: textOf(values.description),
    at: inTime ? at : null,
    reason,
    flags: ownFlags(problem, inTime),
  };
}
