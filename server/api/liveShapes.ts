/** What /api/live sends. */
import { z } from '@hono/zod-openapi';
import { CASE_ACTIONS, CASE_STATUSES } from '../cases/words.ts';
import { instant } from './baseShapes.ts';

/** What of the map an event changed. */
const MapChange = z.object({
  /** Tile layers. */
  layers: z.array(z.string()),
  /** [z, x, y]: the smallest tiles that together hold all that changed; null: the whole layers; []: nothing on the map. */
  tiles: z.array(z.tuple([z.number().int(), z.number().int(), z.number().int()])).nullable(),
});

/**
 * /api/live sends `event: case` with this body and `id: <seq>` when a case took a step; `event: data` (LiveData) when much
 * changed at once or lights turned; `event: reset` ({seq}) when the asked-for seq is no longer kept: fetch everything again.
 */
export const LiveCase = MapChange.extend({
  seq: z.number().int(),
  action: z.enum(CASE_ACTIONS),
  caseId: z.number().int(),
  caseNo: z.string(),
  status: z.enum(CASE_STATUSES),
  categoryZh: z.string(),
  categoryEn: z.string(),
  divisionId: z.number().int(),
  divisionZh: z.string(),
  divisionEn: z.string(),
  address: z.string().nullable(),
  lng: z.number().nullable(),
  lat: z.number().nullable(),
  yellowAt: instant.nullable(),
  dueAt: instant.nullable(),
  at: instant,
});
export const LiveData = MapChange.extend({
  seq: z.number().int(),
  /** What it was, for people: "cases", "divisions". */
  reason: z.string(),
});

export type MapChange = z.infer<typeof MapChange>;
export type LiveCase = z.infer<typeof LiveCase>;
export type LiveData = z.infer<typeof LiveData>;
