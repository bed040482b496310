import { cellOf } from '../../tiles/morton.ts';
import { PLACE_BLOCK_ZOOM } from '../../tiles/pyramid.ts';
import { appendDataEvent, type Clock, type Queryable } from '../db/index.ts';
import { HekanError } from '../errors.ts';
import type { ElementKind, Parser } from '../geocode/index.ts';
import {
  ensureAddresses,
  levelOfElements,
  openTouch,
  rankPlaces,
  writeAddresses,
  type Address,
} from '../records/index.ts';
import { holdAddress, type HeldAddress } from './address.ts';
import type { ProposalKind } from './words.ts';

/** Dataset of the addresses that collectors found. */
const DATASET = 'collected-addresses';
const MAX_ALIASES = 50;
const BLOCK_SHIFT = 34n;

/** What a proposal would do. */
export interface Change {
  kind: ProposalKind;
  /** Code or id of the address; of a new one the id of its visit. */
  address: string;
  text: string | null;
  lng: number | null;
  lat: number | null;
}

/** Where an address stands behind a change. */
export interface Changed {
  address: string;
  version: number;
}

const conflict = (address: string, detail: string) =>
  new HekanError('conflict', `address: ${detail}`, { field: 'address', given: address });

/** Reads how deep a text goes: it is filed under that level. */
function levelOfText(parser: Parser, text: string): string {
  const elements: Partial<Record<ElementKind, string>> = {};
  for (const { kind, value } of parser.parse(text).elements) elements[kind] ??= value;
  return levelOfElements(elements);
}

/** An address as an import would bring it. What is null stays as it is known. */
function asImported(code: string, held: Pick<HeldAddress, 'text' | 'lng' | 'lat'>, level: string): Address {
  const { text, lng, lat } = held;
  const counts = { people: null, houses: null, units: null };
  const said = { elements: null, aliases: null, counts };
  return { line: 0, raw: '', code, address: text, lng, lat, cell: cellOf(lng, lat), level, confidence: 1, ...said };
}

/** Writes an address as an import does: divisions, counts, tiles, records on it, and the names that wait for it. */
async function writeLikeImport(client: Queryable, address: Address): Promise<void> {
  const datasetId = await ensureAddresses(client, DATASET);
  const { rows } = await client.query<{ cell: string }>('select cell::text as cell from place where code = $1::text', [
    address.code,
  ]);
  const { refused, touched } = await writeAddresses(client, datasetId, [address], { carry: true });
  if (refused[0]) throw conflict(address.code, refused[0].reason.replaceAll('_', ' '));
  await (
    await openTouch(client)
  )(client, touched);
  const cells = [address.cell, ...rows.map(({ cell }) => BigInt(cell))];
  const blocks = [...new Set(cells.map((cell) => (cell >> BLOCK_SHIFT).toString()))];
  await rankPlaces(client, blocks);
  const dirty = blocks.map((block) => 4 ** PLACE_BLOCK_ZOOM + Number(block));
  await appendDataEvent(client, 'addresses', ['places'], { dirty, caseIds: [] });
}

/** Addresses are written by code: one without takes its id for it, by which it has been known. */
async function giveCode(client: Queryable, held: HeldAddress): Promise<void> {
  await client.query('update place set code = $3::text where cell = $1::bigint and n = $2::int and code is null', [
    held.cell,
    held.n,
    held.address,
  ]);
}

async function readVersion(client: Queryable, address: string): Promise<Changed> {
  const now = await holdAddress(client, address);
  if (!now) throw conflict(address, 'it is not there any longer');
  return { address: now.address, version: now.version };
}

/** A new address: with what its visits counted, and under its code from now on. */
async function addAddress(client: Queryable, parser: Parser, change: Change, code: string): Promise<Changed> {
  if (await holdAddress(client, code))
    throw new HekanError('conflict', `code: there is an address ${code} already`, { field: 'code', given: code });
  const { address: visitId, text, lng, lat } = change;
  const spot = { text: text ?? '', lng: lng ?? 0, lat: lat ?? 0 };
  await writeLikeImport(client, asImported(code, spot, levelOfText(parser, spot.text)));
  const newest = (name: string) =>
    `(select v.${name} from visit v where v.address = $1::text and v.${name} is not null order by v.visited_at desc, v.id desc limit 1)`;
  await client.query(
    `update place set people = ${newest('people')}, houses = ${newest('houses')}, units = ${newest('units')},
       visited_at = (select max(v.visited_at) from visit v where v.address = $1::text and v.outcome <> 'not_found')
     where code = $2::text`,
    [visitId, code],
  );
  for (const table of ['visit', 'address_proposal'])
    await client.query(`update ${table} set address = $2::text where address = $1::text`, [visitId, code]);
  return readVersion(client, code);
}

async function retire(client: Queryable, clock: Clock, held: HeldAddress): Promise<void> {
  await client.query(
    `update place set retired_at = $3::timestamptz, version = version + 1, changed_at = now() where cell = $1::bigint and n = $2::int`,
    [held.cell, held.n, clock.now()],
  );
  const block = BigInt(held.cell) >> BLOCK_SHIFT;
  const dirty = [4 ** PLACE_BLOCK_ZOOM + Number(block)];
  await appendDataEvent(client, 'addresses', ['places', 'addresses'], { dirty, caseIds: [] });
}

/** A name is what the geocoder has corrections for; it leaves the address itself as it is. */
async function nameAddress(client: Queryable, clock: Clock, parser: Parser, code: string, text: string): Promise<void> {
  const { aliasKey, putAlias, unmatchedOf } = await import('../geocode/index.ts');
  const key = aliasKey(text);
  if (key === '') throw new HekanError('conflict', 'name: no letters or digits in it', { field: 'name', given: text });
  await putAlias(client, clock, { text, code, key, name: unmatchedOf(parser, text, '').key });
}

async function changeAddress(client: Queryable, parser: Parser, held: HeldAddress, change: Change): Promise<void> {
  await giveCode(client, held);
  const { rows } = await client.query<{ level: string }>('select level from place where code = $1::text', [
    held.address,
  ]);
  const level = rows[0]!.level;
  if (change.kind === 'rename') {
    const text = change.text ?? held.text;
    // Elements of the old text would hold before the new one.
    await client.query('update place set elements = null where code = $1::text', [held.address]);
    await writeLikeImport(client, asImported(held.address, { ...held, text }, levelOfText(parser, text)));
  } else if (change.kind === 'move') {
    const spot = { text: held.text, lng: change.lng ?? held.lng, lat: change.lat ?? held.lat };
    await writeLikeImport(client, asImported(held.address, spot, level));
  } else {
    const aliases = [...new Set([...held.aliases, change.text ?? ''])].slice(-MAX_ALIASES);
    await writeLikeImport(client, { ...asImported(held.address, held, level), aliases });
  }
}

/**
 * Does what a proposal says, in the caller's transaction, as an import would have done it.
 * @param code of a new address; null: the id of the visit that proposed it.
 * @param seen version that the reviewer saw; null: any.
 * @throws HekanError('conflict') where the address is another than the reviewer saw, is retired, or cannot be changed so.
 */
export async function applyChange(
  client: Queryable,
  clock: Clock,
  change: Change,
  { code, seen }: { code: string | null; seen: number | null },
): Promise<Changed> {
  const { createParser, readGazetteer } = await import('../geocode/index.ts');
  const parser = createParser({ divisions: await readGazetteer(client) });
  if (change.kind === 'new') return addAddress(client, parser, change, code ?? change.address);
  const held = await holdAddress(client, change.address);
  if (!held) throw conflict(change.address, 'it is not there any longer');
  if (held.retiredAt !== null) throw conflict(change.address, 'it is retired');
  if (seen !== null && seen !== held.version)
    throw new HekanError('conflict', `version: the address has ${held.version} now`, {
      field: 'version',
      given: String(seen),
    });
  if (change.kind === 'retire') await retire(client, clock, held);
  else if (change.kind === 'name') await nameAddress(client, clock, parser, held.address, change.text ?? '');
  else await changeAddress(client, parser, held, change);
  return readVersion(client, held.address);
}
