import { badRequest } from '../errors.ts';
import { idOfBytes, type Item } from './bodies.ts';
import { readUpdate } from './federated/index.ts';
import { updateId } from './federated/readUpdate.ts';
import { compileMapping, type Mapper } from './mapping.ts';
import type { Outlet } from './outlet.ts';
import type { Incoming } from './receipts.ts';

const MAX_ID = 900;

const idMappers = new Map<string | undefined, Mapper>();
function idMapper(expression: string | undefined): Mapper {
  const mapper = idMappers.get(expression) ?? compileMapping({ externalId: expression });
  idMappers.set(expression, mapper);
  return mapper;
}

/** The id that the outlet's mapping finds, that its kind has, or that of the bytes; of an update, its place in its case. */
export async function toIncoming(outlet: Outlet, { signal, externalId }: Item, receivedAt: Date): Promise<Incoming> {
  const { mapping, platform } = outlet.config;
  const raw = Buffer.from(JSON.stringify(signal));
  const update = platform ? await readUpdate(platform, outlet.timeZone, signal) : null;
  const id =
    update?.problem === null ? updateId(update) : (await idMapper(mapping.externalId)(signal)).values.externalId;
  const found = id === undefined || id === '' ? (externalId ?? idOfBytes(raw)) : String(id);
  if (found.length > MAX_ID || found.includes('\0'))
    throw badRequest('externalId', found, `at most ${MAX_ID} letters, none NUL`);
  return { outletId: outlet.id, externalId: found, raw, contentType: 'application/json', receivedAt };
}
