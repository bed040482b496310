import { codeOfCell, coarsenCodes } from '../../../tiles/codes.ts';
import { MAX_PLACES_A_CELL, PLACE_BLOCK_ZOOM } from '../../../tiles/pyramid.ts';
import { locateDivisions } from '../../city/index.ts';
import { appendDataEvent, insertRows, type Queryable } from '../../db/index.ts';
import { PLACE_COLUMNS, UNRANKED } from '../placeColumns.ts';
import { appendRecordCounts, CARRY_RECORDS } from '../counts.ts';
import { rankOf } from '../rank.ts';
import { carryRecords } from './carryRecords.ts';
import type { AddressElements } from './elements.ts';
import { COUNT_NAMES, type Address, type AddressProblem } from './readAddress.ts';

const MAX_DIRTY = 200;

interface Stored {
  code: string;
  cell: string;
  n: number;
  dataset: number;
  division: number;
  address: string;
  level: string;
  confidence: number;
  elements: AddressElements | null;
  aliases: string[] | null;
  people: number | null;
  houses: number | null;
  units: number | null;
  hasRecords: boolean;
  version: number;
  visitedAt: Date | null;
  retiredAt: Date | null;
}

/** What became of a chunk's addresses. */
export interface WrittenAddresses {
  inserted: number;
  updated: number;
  moved: number;
  unchanged: number;
  refused: (AddressProblem & { address: Address })[];
  /** Those that came, moved or changed. */
  touched: Address[];
}

interface Located extends Address {
  division: number;
}

/** A known code, and what the file says of it. */
interface Known {
  stored: Stored;
  given: Located;
}

/** A place that comes onto a cell: anew, or from another. */
interface NumberedPlace {
  stored: Stored | null;
  given: Located;
  n: number;
}

async function readStored(client: Queryable, addresses: readonly Address[]): Promise<Map<string, Stored>> {
  const { rows } = await client.query<Stored>(
    `select code, cell::text as cell, n, dataset_id as dataset, division_id as division, address, level, confidence,
       elements, aliases, people, houses, units, version, visited_at as "visitedAt", retired_at as "retiredAt",
       exists (select 1 from record r where r.cell = p.cell and r.n = p.n) as "hasRecords"
     from place p where code = any($1::text[])`,
    [addresses.map(({ code }) => code)],
  );
  return new Map(rows.map((row) => [row.code, row]));
}

function isSame(stored: Stored, given: Located): boolean {
  return (
    stored.address === given.address &&
    stored.division === given.division &&
    stored.level === given.level &&
    Math.abs(stored.confidence - given.confidence) < 1e-6 &&
    saidOf(stored) === saidOf({ ...given, ...given.counts })
  );
}

/** What is known of an address beside its text, as a text that is the same for the same. */
function saidOf(
  of: Pick<Stored, 'elements' | 'people' | 'houses' | 'units'> & { aliases: readonly string[] | null },
): string {
  const elements = Object.entries(of.elements ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([elements, of.aliases ?? [], of.people, of.houses, of.units]);
}

/** What a file does not say stays as it is known. */
function withKnown(given: Located, stored: Stored | null): Located {
  if (!stored) return given;
  const counts = { ...given.counts };
  for (const name of COUNT_NAMES) counts[name] ??= stored[name];
  return { ...given, elements: given.elements ?? stored.elements, aliases: given.aliases ?? stored.aliases, counts };
}

const jsonOf = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));

const pointOf = ({ lng, lat }: Address) => `SRID=4326;POINT(${lng} ${lat})`;

/** Numbers for places that come onto cells: behind those that are there. */
async function numberPlaces(client: Queryable, addresses: readonly Address[]): Promise<number[]> {
  const { rows } = await client.query<{ cell: string; n: number }>(
    'select cell::text as cell, max(n) as n from place where cell = any($1::bigint[]) group by place.cell',
    [addresses.map(({ cell }) => cell.toString())],
  );
  const taken = new Map(rows.map(({ cell, n }) => [cell, n]));
  return addresses.map(({ cell }) => {
    const n = (taken.get(cell.toString()) ?? 0) + 1;
    taken.set(cell.toString(), n);
    return n;
  });
}

/** Takes places away from where they were; a neighbour is marked, so that who stays is ranked anew. */
async function removePlaces(client: Queryable, gone: readonly Stored[]): Promise<void> {
  const keys = [gone.map(({ cell }) => cell), gone.map(({ n }) => n)];
  await client.query(
    `delete from place p using unnest($1::bigint[], $2::int[]) as k (cell, n) where p.cell = k.cell and p.n = k.n`,
    keys,
  );
  await client.query(
    `update place p set min_zoom = ${UNRANKED} from (select distinct cell >> 34 as block from unnest($1::bigint[]) as cell) as b
       cross join lateral (
         select cell, n from place where cell >= b.block << 34 and cell < (b.block + 1) << 34 order by cell, n limit 1
       ) as first
     where p.cell = first.cell and p.n = first.n`,
    [keys[0]],
  );
}

async function insertPlaces(client: Queryable, datasetId: number, places: readonly NumberedPlace[]): Promise<void> {
  const rows = places.map(({ given, stored, n }) => [
    given.cell.toString(),
    n,
    stored?.dataset ?? datasetId,
    given.division,
    pointOf(given),
    given.address,
    given.code,
    rankOf(given.code),
    given.level,
    given.confidence,
    UNRANKED,
    jsonOf(given.elements),
    jsonOf(given.aliases),
    ...COUNT_NAMES.map((name) => given.counts[name]),
  ]);
  await insertRows(client, 'place', PLACE_COLUMNS, rows);
  await keepCollected(client, places);
}

/** A place that moved is the same address: its version goes on, and its visits were made. */
async function keepCollected(client: Queryable, places: readonly NumberedPlace[]): Promise<void> {
  const moved = places.flatMap(({ stored, given, n }) => (stored ? [{ stored, given, n }] : []));
  if (moved.length === 0) return;
  await client.query(
    `update place p set version = k.version + 1, visited_at = k.visited_at, retired_at = k.retired_at
     from unnest($1::bigint[], $2::int[], $3::int[], $4::timestamptz[], $5::timestamptz[]) as k (cell, n, version, visited_at, retired_at)
     where p.cell = k.cell and p.n = k.n`,
    [
      moved.map(({ given }) => given.cell.toString()),
      moved.map(({ n }) => n),
      moved.map(({ stored }) => stored.version),
      moved.map(({ stored }) => stored.visitedAt),
      moved.map(({ stored }) => stored.retiredAt),
    ],
  );
}

async function updatePlaces(client: Queryable, changes: readonly Known[]): Promise<void> {
  await client.query(
    `update place p set address = k.address, level = k.level, confidence = k.confidence, division_id = k.division,
       geom = k.geom::geometry, elements = k.elements, aliases = k.aliases, people = k.people, houses = k.houses, units = k.units,
       version = p.version + 1, changed_at = now()
     from unnest($1::bigint[], $2::int[], $3::text[], $4::text[], $5::real[], $6::int[], $7::text[], $8::jsonb[], $9::jsonb[],
         $10::int[], $11::int[], $12::int[])
       as k (cell, n, address, level, confidence, division, geom, elements, aliases, people, houses, units)
     where p.cell = k.cell and p.n = k.n`,
    [
      changes.map(({ stored }) => stored.cell),
      changes.map(({ stored }) => stored.n),
      changes.map(({ given }) => given.address),
      changes.map(({ given }) => given.level),
      changes.map(({ given }) => given.confidence),
      changes.map(({ given }) => given.division),
      changes.map(({ given }) => pointOf(given)),
      changes.map(({ given }) => jsonOf(given.elements)),
      changes.map(({ given }) => jsonOf(given.aliases)),
      ...COUNT_NAMES.map((name) => changes.map(({ given }) => given.counts[name])),
    ],
  );
}

/** Counts of places by dataset and division, as they change. */
async function countPlaces(
  client: Queryable,
  changes: readonly (readonly [dataset: number, division: number, by: number])[],
) {
  const sums = new Map<number, Map<number, number>>();
  for (const [dataset, division, by] of changes) {
    const divisions = sums.get(dataset) ?? new Map<number, number>();
    sums.set(dataset, divisions.set(division, (divisions.get(division) ?? 0) + by));
  }
  for (const [dataset, divisions] of [...sums].sort(([a], [b]) => a - b)) {
    const deltas = [...divisions].filter(([, places]) => places !== 0).sort(([a], [b]) => a - b);
    await appendRecordCounts(
      client,
      dataset,
      deltas.map(([divisionId, places]) => ({ divisionId, places, notLocated: 0, counts: [0, 0, 0, 0, 0] })),
    );
  }
}

/**
 * Writes addresses by their code, inside one transaction, with what that changes in the counts. A place that would move to another
 * cell while records stand on it is refused, unless they are carried along.
 */
export async function writeAddresses(
  client: Queryable,
  datasetId: number,
  addresses: readonly Address[],
  { carry = false } = {},
): Promise<WrittenAddresses> {
  const stored = await readStored(client, addresses);
  const divisions = await locateDivisions(
    client,
    addresses.map(({ lng, lat }) => [lng, lat]),
  );
  const coming: { stored: Stored | null; given: Located }[] = [];
  const changes: Known[] = [];
  const result: WrittenAddresses = { inserted: 0, updated: 0, moved: 0, unchanged: 0, refused: [], touched: [] };
  const refuse = (address: Address, reason: string) =>
    result.refused.push({ address, reason, field: 'code', value: address.code });
  for (const [i, address] of addresses.entries()) {
    const before = stored.get(address.code) ?? null;
    const given = withKnown({ ...address, division: divisions[i]! }, before);
    if (before?.cell !== given.cell.toString())
      if (before?.hasRecords && !carry) refuse(address, 'moved_with_records');
      else coming.push({ stored: before, given });
    else if (isSame(before, given)) result.unchanged++;
    else changes.push({ stored: before, given });
  }
  const numbers = await numberPlaces(
    client,
    coming.map(({ given }) => given),
  );
  const come = coming.map((place, i): NumberedPlace => ({ ...place, n: numbers[i]! }));
  for (const { given, n } of come) if (n > MAX_PLACES_A_CELL) refuse(given, 'too_many_on_one_spot');
  const kept = come.filter(({ n }) => n <= MAX_PLACES_A_CELL);
  await apply(client, datasetId, kept, changes);
  result.inserted = kept.filter((place) => place.stored === null).length;
  result.moved = kept.length - result.inserted;
  result.updated = changes.length;
  result.touched = [...kept, ...changes].map(({ given }) => given);
  return result;
}

async function apply(
  client: Queryable,
  datasetId: number,
  come: readonly NumberedPlace[],
  changes: readonly Known[],
): Promise<void> {
  if (come.length + changes.length === 0) return;
  const left = come.flatMap(({ stored }) => (stored ? [stored] : []));
  if (left.length > 0) await removePlaces(client, left);
  if (come.length > 0) await insertPlaces(client, datasetId, come);
  for (const { stored, given, n } of come) if (stored?.hasRecords) await carryRecords(client, stored, { ...given, n });
  const filed = changes.filter(({ stored, given }) => stored.division !== given.division);
  if (filed.length > 0)
    await client.query(CARRY_RECORDS, [
      filed.map(({ stored }) => stored.cell),
      filed.map(({ stored }) => stored.n),
      filed.map(({ stored }) => stored.division),
      filed.map(({ given }) => given.division),
    ]);
  if (changes.length > 0) await updatePlaces(client, changes);
  await countPlaces(client, [
    ...[...left, ...filed.map(({ stored }) => stored)].map(({ dataset, division }) => [dataset, division, -1] as const),
    ...come.map(({ stored, given }) => [stored?.dataset ?? datasetId, given.division, 1] as const),
    ...filed.map(({ stored, given }) => [stored.dataset, given.division, 1] as const),
  ]);
  const cells = [...come, ...changes].map(({ given }) => given.cell);
  for (const { cell } of left) cells.push(BigInt(cell));
  const codes = cells.map((cell) => codeOfCell(cell, PLACE_BLOCK_ZOOM));
  await appendDataEvent(client, 'addresses', ['places', 'addresses'], {
    dirty: coarsenCodes(codes, MAX_DIRTY),
    caseIds: [],
  });
}
