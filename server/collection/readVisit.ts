import { z } from 'zod';
import { CRS_NAMES } from '../api/shapes.ts';
import { toWgs84 } from '../city/index.ts';
import { HekanError } from '../errors.ts';
import { COUNTED, OUTCOMES } from './words.ts';

const MAX_COUNT = 1_000_000;
// PostgreSQL's text has no NUL.
const text = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^[^\0]*$/, 'expected no NUL character');
const count = z.number().int().min(0).max(MAX_COUNT).optional();
const id = z.number().int().min(1).max(2_147_483_647);
const position = z.strictObject({
  lng: z.number().min(-180).max(180),
  lat: z.number().min(-85).max(85),
  /** Never guessed: the device says what its coordinates are. */
  crs: z.enum(CRS_NAMES),
});

/** A visit as a device sends it. docs/collection.md tells it to people. */
export const VISIT_SCHEMA = z
  .strictObject({
    id: z.uuid().transform((given) => given.toLowerCase()),
    address: text(100).optional(),
    proposed: z.strictObject({ text: text(400), position, division: id.optional() }).optional(),
    visitedAt: z.iso.datetime({ offset: true }),
    collector: text(50),
    outcome: z.enum(OUTCOMES),
    counts: z.strictObject({ people: count, houses: count, units: count }).optional(),
    corrections: z
      .strictObject({
        text: text(400).optional(),
        position: position.optional(),
        name: text(100).optional(),
        alias: text(400).optional(),
        retire: z.literal(true).optional(),
      })
      .optional(),
    note: text(400).optional(),
    baseVersion: id.optional(),
  })
  .superRefine((visit, context) => {
    const wrong = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    const { address, proposed, counts, corrections, outcome, baseVersion } = visit;
    if ((address === undefined) === (proposed === undefined))
      wrong(['address'], 'expected either address (its code) or proposed (a new one)');
    if (counts !== undefined && outcome !== 'visited') wrong(['counts'], 'expected none where outcome is not visited');
    if (proposed !== undefined && (outcome === 'not_found' || outcome === 'demolished'))
      wrong(['outcome'], 'expected visited or nobody at an address that is proposed');
    if (proposed !== undefined && corrections !== undefined)
      wrong(['corrections'], 'expected none of an address that is only proposed');
    const changes = counts !== undefined || corrections !== undefined || outcome === 'demolished';
    if (address !== undefined && changes && baseVersion === undefined)
      wrong(['baseVersion'], 'expected the version of the address that the device knew');
  });

export type Position = readonly [lng: number, lat: number];

/** What a visit would change of the base. */
export interface Correction {
  kind: 'new' | 'move' | 'rename' | 'name' | 'alias' | 'retire';
  text: string | null;
  /** WGS 84. */
  at: Position | null;
}

/** A visit that has been read. */
export interface Visit {
  id: string;
  /** null: a new address is proposed. */
  address: string | null;
  /** The division that a new address is said to lie in. */
  division: number | null;
  visitedAt: Date;
  collector: string;
  outcome: (typeof OUTCOMES)[number];
  counts: Record<(typeof COUNTED)[number], number | null>;
  corrections: Correction[];
  note: string | null;
  baseVersion: number | null;
}

type Raw = z.infer<typeof VISIT_SCHEMA>;

/** Degrees that a GPS can tell apart, and that come out the same however often they are converted. */
const rounded = (degrees: number): number => Math.round(degrees * 1e7) / 1e7;

function positionOf({ lng, lat, crs }: z.infer<typeof position>): Position {
  const [x, y] = toWgs84(crs, lng, lat);
  return [rounded(x), rounded(y)];
}

function correctionsOf({ proposed, corrections, outcome }: Raw, clean: (text: string) => string): Correction[] {
  if (proposed) return [{ kind: 'new', text: clean(proposed.text), at: positionOf(proposed.position) }];
  const found: Correction[] = [];
  const { text: renamed, position: moved, name, alias, retire } = corrections ?? {};
  if (renamed !== undefined) found.push({ kind: 'rename', text: clean(renamed), at: null });
  if (moved !== undefined) found.push({ kind: 'move', text: null, at: positionOf(moved) });
  if (name !== undefined) found.push({ kind: 'name', text: clean(name), at: null });
  if (alias !== undefined) found.push({ kind: 'alias', text: clean(alias), at: null });
  if (retire === true || outcome === 'demolished') found.push({ kind: 'retire', text: null, at: null });
  return found;
}

/** What stands at a path of what was given, as a text that may be told. */
function givenAt(raw: unknown, path: readonly PropertyKey[]): string {
  let at = raw;
  for (const key of path) at = (at as Record<PropertyKey, unknown> | null | undefined)?.[key];
  if (at === undefined) return '';
  return (typeof at === 'string' ? at : JSON.stringify(at)).slice(0, 200);
}

/**
 * Reads one visit of a batch.
 * @param clean takes phone numbers and names of persons out of a text.
 * @throws HekanError('bad_request') with the field and what was given there.
 */
export function readVisit(raw: unknown, clean: (text: string) => string): Visit {
  const parsed = VISIT_SCHEMA.safeParse(raw);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path;
    const field = path.map(String).join('.').slice(0, 100) || 'visit';
    throw new HekanError('bad_request', `${field}: ${issue.message}`, { field, given: givenAt(raw, path) });
  }
  const { id, address = null, proposed, visitedAt, collector, outcome, counts, note, baseVersion = null } = parsed.data;
  return {
    id,
    address,
    division: proposed?.division ?? null,
    visitedAt: new Date(visitedAt),
    collector,
    outcome,
    counts: { people: counts?.people ?? null, houses: counts?.houses ?? null, units: counts?.units ?? null },
    corrections: correctionsOf(parsed.data, clean),
    note: note === undefined ? null : clean(note),
    baseVersion,
  };
}
