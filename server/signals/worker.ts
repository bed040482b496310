import { drawCaseNumbers, reportCases } from '../cases/index.ts';
import { readCity, type City } from '../city/index.ts';
import { unnestInput, toColumns, type Clock, type Database, type Queryable } from '../db/index.ts';
import { KeptGeocoder, type Geocoder } from '../geocode/index.ts';
import { placeByAddress } from './address.ts';
import { findCategories, findDuplicates, findDuties, type Placed } from './decide.ts';
import { takeUpdates } from './federated/index.ts';
import { readTime } from './times.ts';
import { findTwins, readRules } from './twins.ts';
import { flagGcj02, ownFlags, type SignalFlag } from './flags.ts';
import { parseJson } from './json.ts';
import { compileMapping, type Mapper } from './mapping.ts';
import { listOutlets, type Outlet } from './outlet.ts';
import { readPosition } from './position.ts';

/** Signals of one transaction; fewer where a transaction stops everybody else. */
const CHUNK = { postgresql: 500, embedded: 50 };
const FIRST_TIME = Date.parse('2000-01-01T00:00:00Z');
const DAY_MS = 86_400_000;

interface Stored {
  externalId: string;
  raw: Buffer;
  mended: Record<string, string | number> | null;
  receivedAt: Date;
}

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

interface Outcome {
  externalId: string;
  state: 'cased' | 'duplicate' | 'waiting';
  reason: string | null;
  caseId: number | null;
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

/** The dataset and the source of an outlet's cases, made on first sight. */
async function ensureWords(client: Queryable, outlet: Outlet, city: City) {
  const names = [outlet.key, outlet.nameZh, outlet.nameEn];
  const source = await client.query<{ id: number }>(
    `insert into source (key, name_zh, name_en) values ($1::text, $2::text, $3::text)
     on conflict (key) do update set name_zh = excluded.name_zh returning id`,
    names,
  );
  const dataset = await client.query<{ id: number }>(
    `insert into dataset (key, name_zh, name_en, kind, origin) values ('outlet-' || $1::text, $2::text, $3::text, 'cases', $4::text)
     on conflict (key) do update set name_zh = excluded.name_zh returning id`,
    [...names, city.kind === 'demo' ? 'demo' : 'import'],
  );
  return { sourceId: source.rows[0]!.id, datasetId: dataset.rows[0]!.id };
}

const OUTCOME = [
  ['external_id', 'text'],
  ['state', 'text'],
  ['reason', 'text'],
  ['case_id', 'bigint'],
  ['flags', 'text'],
] as const;

async function writeOutcomes(client: Queryable, outletId: number, outcomes: readonly Outcome[], at: Date) {
  const rows = outcomes.map((o) => [o.externalId, o.state, o.reason, o.caseId, o.flags.join(' ')]);
  await client.query(
    `update signal s set state = input.state, reason = input.reason, case_id = input.case_id, attempts = attempts + 1,
       flags = string_to_array(input.flags, ' '), done_at = $2::timestamptz
     from ${unnestInput(OUTCOME, 3)} where s.outlet_id = $1::int and s.external_id = input.external_id`,
    [outletId, at, ...toColumns(OUTCOME, rows)],
  );
}

async function writeDuplicates(client: Queryable, outletId: number, rows: [number, string, number | null][], at: Date) {
  if (rows.length === 0) return;
  await client.query(
    `insert into case_duplicate (case_id, outlet_id, external_id, child_case_id, at)
     select case_id, $1::int, external_id, child, $2::timestamptz from unnest($3::bigint[], $4::text[], $5::bigint[])
       as i (case_id, external_id, child) on conflict do nothing`,
    [outletId, at, rows.map((r) => r[0]), rows.map((r) => r[1]), rows.map((r) => r[2])],
  );
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
    const own = await Promise.all(
      rows.map(({ raw, mended }) => readSignal(mapper, outlet, city, { raw: raw.toString('utf8'), mended }, now)),
    );
    const placed = await placeByAddress(client, geocoder, own);
    const readings = await flagGcj02(client, outlet, placed);
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
  for (const limit of [CHUNK[db.engine], 1]) {
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
    for (const outlet of await listOutlets(this.#db)) {
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
