/** What the API answers about field collection. */
import { z } from '@hono/zod-openapi';
import { PROPOSAL_KINDS, PROPOSAL_STATES, OUTCOMES } from '../collection/words.ts';
import { Origin, instant } from './shapes.ts';

const count = z.number().int().nullable();
const counts = { people: count, houses: count, units: count };
export const AddressState = z.object({
  /** Its code, or the id of a place without one. */
  address: z.string(),
  version: z.number().int(),
  text: z.string(),
  aliases: z.array(z.string()),
  lng: z.number(),
  lat: z.number(),
  divisionId: z.number().int(),
  ...counts,
  visitedAt: instant.nullable(),
  retiredAt: instant.nullable(),
});
const taken = {
  code: z.literal(200),
  id: z.string(),
  /** Its code; of an address that is only proposed, the id of the visit that proposed it. */
  address: z.string(),
  /** Of the address, behind this visit; 0 while it is only proposed. */
  version: z.number().int(),
  /** Whether it changed what is counted there. */
  counted: z.boolean(),
  /** Ids of what waits for a reviewer. */
  proposals: z.array(z.number().int()),
};
const wrong = { field: z.string(), given: z.string(), detail: z.string() };
export const VisitResult = z.discriminatedUnion('status', [
  z.object({ status: z.literal('accepted'), ...taken }),
  z.object({ status: z.literal('duplicate'), ...taken }),
  z.object({
    status: z.literal('conflict'),
    code: z.literal(409),
    id: z.string(),
    ...wrong,
    current: AddressState.nullable(),
  }),
  z.object({ status: z.literal('rejected'), code: z.literal(400), id: z.string().nullable(), ...wrong }),
]);
export const VisitResults = Origin.extend({ items: z.array(VisitResult) });

export const Addresses = Origin.extend({
  items: z.array(AddressState),
  /** Pass it as after; null: this was the last page. */
  next: z.string().nullable(),
  /** Of the first page: pass it as changedSince next time. */
  syncedAt: instant,
});

export const Visits = Origin.extend({
  items: z.array(
    z.object({
      id: z.string(),
      collector: z.string(),
      visitedAt: instant,
      receivedAt: instant,
      outcome: z.enum(OUTCOMES),
      ...counts,
      note: z.string().nullable(),
      baseVersion: z.number().int().nullable(),
      version: z.number().int(),
      counted: z.boolean(),
      proposals: z.array(z.object({ id: z.number().int(), kind: z.string(), state: z.string() })),
    }),
  ),
});

export const Proposals = Origin.extend({
  items: z.array(
    z.object({
      id: z.number().int(),
      kind: z.enum(PROPOSAL_KINDS),
      state: z.enum(PROPOSAL_STATES),
      address: z.string(),
      /** Of a new address, another text, a name or an alias. */
      text: z.string().nullable(),
      /** WGS 84; of a new address or another position. */
      lng: z.number().nullable(),
      lat: z.number().nullable(),
      baseVersion: z.number().int().nullable(),
      divisionId: z.number().int(),
      visitId: z.string(),
      visitedAt: instant,
      collector: z.string(),
      note: z.string().nullable(),
      proposedAt: instant,
      reviewer: z.string().nullable(),
      reason: z.string().nullable(),
      decidedAt: instant.nullable(),
      /** How the address stands now; null: it is not there (yet). */
      current: z
        .object({
          version: z.number().int(),
          text: z.string(),
          lng: z.number(),
          lat: z.number(),
          retired: z.boolean(),
        })
        .nullable(),
    }),
  ),
});
export const Decided = z.object({
  id: z.number().int(),
  state: z.enum(PROPOSAL_STATES),
  /** Of what was accepted. */
  address: z.string().nullable(),
  version: z.number().int().nullable(),
});
