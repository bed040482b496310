import { drawCaseNumbers, reportCases } from '../cases/index.ts';
import { readCity, type City } from '../city/index.ts';
import type { Clock, Database, Queryable } from '../db/index.ts';
import { KeptGeocoder, type Geocoder } from '../geocode/index.ts';
import { placeByAddress } from './address.ts';
import { findCategories, findDuplicates, findDuties, type Placed } from './decide.ts';
import { takeUpdates } from './federated/index.ts';
import { findTwins, readRules } from './twins.ts';
import { flagGcj02 } from './gcj02.ts';
import { inTurn } from './inTurn.ts';
import { compileMapping, type Mapper } from './mapping.ts';
import { listBusyOutlets, type Outlet } from './outlet.ts';
import { ensureWords, writeDuplicates, writeOutcomes, type Outcome } from './outcomes.ts';
import { readSignal, type Reading } from './reading.ts';

/** Signals of one transaction; fewer where a transaction stops everybody else. */
export const SIGNAL_CHUNK = { postgresql: 500, embedded: 50 };
interface Stored {
  externalId: string;
  raw: Buffer;
  mended: Record<string, string | number> | null;
  receivedAt: Date;
}

type Ready = Placed & { stored: Stored; reading: Reading };

async function makeCases(
  client: Queryable,
  outlet: Outlet,
  city: City,
  ready: readonly Ready[],
  now: Date,
): Promise<Outcome[]> {
  if (ready.length === 0) return [];
  const [duties, near] = [await findDuties(client, ready), await findDuplicates(client, ready, now)];
  const merging = outlet.config.onDuplicate === 'merge';
  const at = ready.map(({ reading, stored }) => reading.at ?? stored.receivedAt);
  const twins = findTwins(await readRules(client, ready), ready, at, near, merging, now);
  const fresh = ready.map((_, i) => i).filter((i) => !(merging && (near.has(i) || twins.has(i))));
  const numbers = await drawCaseNumbers(client, now, fresh.length);
  const { sourceId, datasetId } = await ensureWords(client, outlet, city);
  const drafts = fresh.map((i, n) => {
    const { stored, reading, categoryId, position } = ready[i]!;
    return {
      ...numbers[n]!,
      ...duties[i]!,
      externalId: `${outlet.key}:${stored.externalId}`,
      sourceId,
      categoryId,
      lng: position[0],
      lat: position[1],
      address: reading.address,
      description: reading.description,
      reportedAt: at[i]!,
      owner: outlet.owner,
    };
  });
  await reportCases(client, datasetId, drafts, { role: 'system', actor: outlet.key }, now);
  const idOf = new Map(fresh.map((i, n) => [i, numbers[n]!.id]));
  for (const [i, twin] of twins) near.set(i, idOf.get(twin)!);
  await writeDuplicates(
    client,
    outlet.id,
    [...near].map(([i, parent]) => [parent, ready[i]!.stored.externalId, idOf.get(i) ?? null]),
    now,
  );
  return ready.map(({ stored, reading }, i) => {
    const own = idOf.get(i);
    const state = own === undefined ? 'duplicate' : 'cased';
    return {
      externalId: stored.externalId,
      state,
      reason: null,
      caseId: own ?? near.get(i) ?? null,
      flags: reading.flags,
    };
  });
}

/** What readings are made with. */
interface Tools {
  mapper: Mapper;
  /** null: the outlet gives no addresses. */
  geocoder: Geocoder | null;
}

async function workOutlet(
  db: Database,
  outlet: Outlet,
  { mapper, geocoder }: Tools,
  city: City,
  now: Date,
  limit: number,
): Promise<number> {
  return db.transaction(async (client) => {
    const { rows: received } = await client.query<Stored>(
      `select external_id as "externalId", raw, mended, received_at as "receivedAt" from signal
       where state = 'received' and outlet_id = $1::int order by received_at, external_id limit $2::int for update skip locked`,
      [outlet.id, limit],
    );
    if (received.length === 0) return 0;
    const rows = await takeUpdates(client, outlet, received);
    const own = await inTurn(rows, ({ raw, mended }) =>
      readSignal(mapper, outlet, city, { raw: raw.toString('utf8'), mended }, now),
    );
    const placed = await placeByAddress(client, geocoder, own);
    const readings = await flagGcj02(client, outlet, geocoder, placed);
    const words = readings.flatMap(({ category }) => category ?? []);
    const categories = await findCategories(client, outlet.id, words);
    const waiting: Outcome[] = [];
    const ready: Ready[] = [];
    for (const [i, stored] of rows.entries()) {
      const reading = readings[i]!;
      const categoryId = categories.get(reading.category ?? '');
      const reason =
        reading.reason ?? (categoryId === undefined ? `unknown_category: ${reading.category ?? ''}` : null);
      if (reason === null && reading.position && categoryId !== undefined)
        ready.push({ stored, reading, categoryId, position: reading.position });
      else
        waiting.push({ externalId: stored.externalId, state: 'waiting', reason, caseId: null, flags: reading.flags });
    }
    const outcomes = [...waiting, ...(await makeCases(client, outlet, city, ready, now))];
    await writeOutcomes(client, outlet.id, outcomes, now);
    return received.length;
  });
}

/** PostgreSQL refused a value, or rows contradict each other: trying again would end the same way. */
const isRefusal = (error: unknown) => /^2[23]/.test((error as { code?: string }).code ?? '');

/** A chunk that the database refuses is worked one by one: what is refused alone waits for an operator, the others go on. */
async function workChunk(db: Database, outlet: Outlet, tools: Tools, city: City, now: Date): Promise<number> {
  for (const limit of [SIGNAL_CHUNK[db.engine], 1]) {
    try {
      return await workOutlet(db, outlet, tools, city, now, limit);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (limit > 1) continue;
      await db.query(
        `update signal set state = 'waiting', attempts = attempts + 1, reason = $2::text
         where (outlet_id, external_id) = (select outlet_id, external_id from signal
           where state = 'received' and outlet_id = $1::int order by received_at, external_id limit 1)`,
        [outlet.id, `refused: ${(error as Error).message.slice(0, 200)}`],
      );
    }
  }
  return 1;
}

/** Turns receipts into cases. Each pass is a transaction an outlet: case and outcome stand together or not at all. */
export class SignalWorker {
  readonly #db: Database;
  readonly #clock: () => Clock;
  readonly #mappers = new Map<string, Mapper>();
  readonly #geocoder: KeptGeocoder;

  /** @param onError told where the city's addresses could not be read again. */
  constructor(db: Database, clock: () => Clock, onError: (error: unknown) => void = () => undefined) {
    this.#geocoder = new KeptGeocoder(db, onError);
    this.#db = db;
    this.#clock = clock;
  }

  /** @returns how many signals were worked on; 0: nothing is left. */
  async once(): Promise<number> {
    const city = await readCity(this.#db);
    if (!city) return 0;
    let done = 0;
    for (const outlet of await listBusyOutlets(this.#db)) {
      const text = JSON.stringify(outlet.config.mapping);
      const mapper = this.#mappers.get(text) ?? compileMapping(outlet.config.mapping);
      this.#mappers.set(text, mapper);
      // Before the transaction: the embedded engine lets nobody else read while one is open.
      const geocoder = outlet.config.mapping.address === undefined ? null : await this.#geocoder.get();
      done += await workChunk(this.#db, outlet, { mapper, geocoder }, city, this.#clock().now());
    }
    return done;
  }
}
