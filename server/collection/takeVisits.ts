import { locateDivisions, readDivision } from '../city/index.ts';
import type { Clock, Database, Queryable } from '../db/index.ts';
import { badRequest, HekanError } from '../errors.ts';
import { holdAddress, readProposed, type AddressState, type HeldAddress } from './address.ts';
import { judgeVisit, type Standing } from './judge.ts';
import { readVisit, type Visit } from './readVisit.ts';
import { COUNTED } from './words.ts';
import { contentOf, Raced, writeCounts, writeProposals, writeVisit, type Written } from './writeVisit.ts';

/** Visits of one request. */
export const MAX_VISITS = 200;
/** Clocks of devices go wrong by this much. */
const AHEAD_MS = 10 * 60_000;
const TRIES = 3;

interface Taken {
  /** Of the visit. */
  id: string;
  /** Its code; of an address that is only proposed, the id of the visit that proposed it. */
  address: string;
  /** Of the address, behind this visit; 0 while it is only proposed. */
  version: number;
  /** Whether it changed what is counted there. */
  counted: boolean;
  /** Ids of what waits for a reviewer. */
  proposals: number[];
}

/** What became of one visit. */
export type VisitResult =
  | ({ status: 'accepted' | 'duplicate'; code: 200 } & Taken)
  | {
      status: 'conflict';
      code: 409;
      id: string;
      field: string;
      given: string;
      detail: string;
      current: AddressState | null;
    }
  | { status: 'rejected'; code: 400; id: string | null; field: string; given: string; detail: string };

/** The answer to a visit that has come before. */
async function findKnown(client: Queryable, visit: Visit): Promise<VisitResult | null> {
  const { rows } = await client.query<Omit<Taken, 'id'> & { content: Buffer }>(
    `select v.address, v.version, v.counted, v.content,
       array(select p.id::float8 from address_proposal p where p.visit_id = v.id order by p.id) as proposals
     from visit v where v.id = $1::uuid`,
    [visit.id],
  );
  const [known] = rows;
  if (!known) return null;
  const { content, ...taken } = known;
  if (content.equals(contentOf(visit))) return { status: 'duplicate', code: 200, id: visit.id, ...taken };
  const detail = `id: a visit ${visit.id} has come before, and said something else`;
  return { status: 'conflict', code: 409, id: visit.id, field: 'id', given: visit.id, detail, current: null };
}

/** Where a visit was: an address that there is, or one that waits for its reviewer. */
async function findAddress(client: Queryable, visit: Visit): Promise<{ key: string; held: HeldAddress | null }> {
  if (visit.address === null) return { key: visit.id, held: null };
  const proposed = await readProposed(client, visit.address);
  if (proposed?.state === 'waiting') return { key: visit.address.toLowerCase(), held: null };
  const held = proposed?.state === 'rejected' ? null : await holdAddress(client, proposed?.address ?? visit.address);
  if (held) return { key: held.address, held };
  throw badRequest('address', visit.address, 'the code of an address, or the id of a visit whose new address waits');
}

/** What other visits to the address have told. */
async function readStanding(client: Queryable, held: HeldAddress, visit: Visit): Promise<Standing> {
  const later = '(visited_at, id) > ($4::timestamptz, $5::uuid)';
  const { rows } = await client.query<{ own: number } & Standing['toldLater']>(
    `select (count(*) filter (where counted and collector = $2::text and version > $3::int))::int as own,
       ${COUNTED.map((name) => `coalesce(bool_or(${name} is not null and ${later}), false) as ${name}`).join(', ')}
     from visit where address = $1::text`,
    [held.address, visit.collector, visit.baseVersion ?? held.version, visit.visitedAt, visit.id],
  );
  const { own, ...toldLater } = rows[0]!;
  return { version: held.version, isRetired: held.retiredAt !== null, ownChanges: own, toldLater };
}

/** Division of a new address. @throws HekanError('bad_request') where it lies in none, or not in the one that is named. */
async function divisionOfNew(client: Queryable, visit: Visit): Promise<number> {
  const at = visit.corrections[0]!.at!;
  const [id = 0] = await locateDivisions(client, [at]);
  if (id === 0) throw badRequest('proposed.position', at.join(','), 'a position inside a division of the city');
  if (visit.division === null) return id;
  const { ancestors } = await readDivision(client, id);
  if (ancestors.every((above) => above.id !== visit.division))
    throw badRequest('proposed.division', String(visit.division), `a division around ${at.join(',')}`);
  return id;
}

/** Counts a visit at an address that there is. @returns why not, or null. */
async function countVisit(
  client: Queryable,
  held: HeldAddress,
  visit: Visit,
  written: Written,
): Promise<VisitResult | null> {
  const judged = judgeVisit(visit, await readStanding(client, held, visit));
  if (judged.kind === 'take') {
    written.version = await writeCounts(client, held, visit, judged.counts);
    written.counted = written.version > held.version;
    return null;
  }
  const { cell: _cell, n: _n, ...current } = held;
  const { kind, ...why } = judged;
  return kind === 'conflict'
    ? { status: 'conflict', code: 409, id: visit.id, ...why, current }
    : { status: 'rejected', code: 400, id: visit.id, ...why };
}

async function takeInside(client: Queryable, clock: Clock, visit: Visit): Promise<VisitResult> {
  // Before the address: it may have been renumbered or refused since.
  const before = await findKnown(client, visit);
  if (before) return before;
  const { key, held } = await findAddress(client, visit);
  const written: Written = { key, version: held?.version ?? 0, counted: false, divisionId: held?.divisionId ?? 0 };
  if (held) {
    // Behind the lock on the address: whoever sent the same visit meanwhile has finished.
    const refused = (await findKnown(client, visit)) ?? (await countVisit(client, held, visit, written));
    if (refused) return refused;
  } else if (visit.address === null) written.divisionId = await divisionOfNew(client, visit);
  else if (visit.corrections.length > 0)
    throw badRequest('corrections', visit.address, 'none of an address that is only proposed');
  await writeVisit(client, clock, visit, written);
  const proposals = await writeProposals(client, clock, visit, written);
  const { version, counted } = written;
  return { status: 'accepted', code: 200, id: visit.id, address: key, version, counted, proposals };
}

async function takeVisit(db: Database, clock: Clock, visit: Visit): Promise<VisitResult> {
  if (visit.visitedAt.getTime() > clock.now().getTime() + AHEAD_MS)
    throw badRequest('visitedAt', visit.visitedAt.toISOString(), 'an instant that has come');
  for (let tries = 1; ; tries++) {
    try {
      return await db.transaction((client) => takeInside(client, clock, visit));
    } catch (error) {
      if (!(error instanceof Raced) || tries === TRIES) throw error;
    }
  }
}

function rejected(raw: unknown, { field = 'visit', given = '', message }: HekanError): VisitResult {
  const id: unknown = (raw as Record<string, unknown> | null | undefined)?.['id'];
  const shown = typeof id === 'string' ? id.slice(0, 100) : null;
  return { status: 'rejected', code: 400, id: shown, field, given, detail: message };
}

/**
 * Takes in visits, each in a transaction of its own: what is wrong with one does nothing to the others. The same visit again is told what it
 * was told before, and writes nothing; neither does one that is in conflict, or rejected.
 * @param clean takes phone numbers and names of persons out of a text.
 * @returns a result each, in their order.
 */
export async function takeVisits(
  db: Database,
  clock: Clock,
  visits: readonly unknown[],
  clean: (text: string) => string,
): Promise<VisitResult[]> {
  const results: VisitResult[] = [];
  for (const raw of visits)
    try {
      results.push(await takeVisit(db, clock, readVisit(raw, clean)));
    } catch (error) {
      if (!(error instanceof HekanError && error.code === 'bad_request')) throw error;
      results.push(rejected(raw, error));
    }
  return results;
}
