/** What the API answers about addresses. */
import { z } from '@hono/zod-openapi';
import { MATCH_LEVELS } from '../geocode/types.ts';
import { DivisionRef, Origin } from './shapes.ts';

const candidate = {
  level: z.enum(MATCH_LEVELS),
  confidence: z.number(),
};
const geocoded = {
  ...candidate,
  lng: z.number().nullable(),
  lat: z.number().nullable(),
  /** Of the standard address, where it is one. */
  code: z.string().nullable(),
  divisionId: z.number().int().nullable(),
  candidates: z.array(z.object({ ...candidate, code: z.string(), text: z.string(), lng: z.number(), lat: z.number() })),
  /** Why it went no further; null: sure. */
  reason: z.string().nullable(),
  /** Which state of the address base this was found in. */
  baseVersion: z.number().int(),
  explanation: z.array(z.string()).optional(),
};
/** Counts at an address (三实一标), where they were asked for; null: not counted. */
const AddressCounts = z.object({
  people: z.number().int().nullable(),
  houses: z.number().int().nullable(),
  units: z.number().int().nullable(),
});
const counted = { attributes: AddressCounts.nullable().optional() };
export const Geocoded = Origin.extend({ ...geocoded, ...counted });
export const GeocodedBatch = Origin.extend({ baseVersion: z.number().int(), items: z.array(z.object(geocoded)) });
export const Suggestions = Origin.extend({
  baseVersion: z.number().int(),
  items: z.array(
    z.object({
      text: z.string(),
      level: z.enum(MATCH_LEVELS),
      code: z.string().nullable(),
      lng: z.number(),
      lat: z.number(),
    }),
  ),
});
export const Alias = z.object({ id: z.number().int(), text: z.string(), code: z.string() });
export const Aliases = Origin.extend({ items: z.array(Alias) });
export const Unmatched = Origin.extend({
  items: z.array(z.object({ reason: z.string(), key: z.string(), n: z.number(), sample: z.string() })),
});
export const Overlay = z.object({
  code: z.string(),
  nameZh: z.string(),
  nameEn: z.string(),
  responsible: z.string().nullable(),
});
/** lng and lat: the point in WGS 84. */
export const ReverseGeocoded = Origin.extend({
  lng: z.number(),
  lat: z.number(),
  nearest: z
    .object({ code: z.string(), text: z.string(), lng: z.number(), lat: z.number(), distanceM: z.number(), ...counted })
    .nullable(),
  divisions: z.array(DivisionRef),
  grid: DivisionRef.nullable(),
  policeGrid: Overlay.nullable(),
  dutyGrid: Overlay.nullable(),
  proposedGrid: Overlay.nullable(),
});
