/** What the API answers about the quality of places and the data grid. */
import { z } from '@hono/zod-openapi';
import { AddressState } from './collectionShapes.ts';
import { DivisionRef, Figure, LEVELS, Origin, Rate, RateFigure, instant } from './shapes.ts';

/** In both languages, for whoever reads the figure. */
const Definitions = z.record(z.string(), z.object({ zh: z.string(), en: z.string() }));
const levels = z.array(z.object({ level: z.string(), records: z.number().int(), href: z.string().nullable() }));

const quality = {
  /** Records that stand on a place. */
  located: z.number().int(),
  /** How near they came, most first. */
  byLevel: levels,
  /** At a building or better (a number, a building, a unit, a room) ÷ located. */
  atBuilding: Rate,
};
export const Quality = Origin.extend({
  /** When the records were counted by the level of their places. */
  asOf: instant,
  level: z.enum(LEVELS),
  definitions: Definitions,
  rows: z.array(z.object({ division: DivisionRef, ...quality })),
  /** Inside no division of the level. */
  elsewhere: z.object(quality),
  total: z.object(quality),
  /** City-wide, whatever the division. */
  unmatched: z.array(
    z.object({
      /** dataset:<key> or file:<name>: what /api/geocode/unmatched takes as source. */
      source: z.string(),
      nameZh: z.string(),
      nameEn: z.string(),
      /** Of a dataset: not located ÷ all its records; of a file the texts that were not found, of how many is not known. */
      notLocated: RateFigure,
      /** Those of which the text is known. */
      reasons: z.record(z.string(), z.number().int()),
    }),
  ),
});

const grid = {
  addresses: Figure,
  /** Addresses that a collector reached in the last `days` days ÷ addresses. */
  visited: RateFigure,
  lastVisit: instant.nullable(),
  /** Whole days since then; null: never visited. */
  daysSinceVisit: z.number().int().nullable(),
  withoutPeople: Figure,
  notCounted: Figure,
  peopleWithoutAddress: Figure,
};
export const DataGrid = Origin.extend({
  asOf: instant,
  level: z.enum(LEVELS),
  days: z.number().int(),
  definitions: Definitions,
  rows: z.array(z.object({ division: DivisionRef, ...grid })),
  /** Inside no division of the level. */
  elsewhere: z.object(grid),
  total: z.object(grid),
  /** Records of persons without an address of which no community is known. City-wide. */
  peopleOfNoCommunity: z.number().int(),
});

export const GridAddresses = Origin.extend({
  items: z.array(AddressState.extend({ level: z.string() })),
  /** On the first page. */
  total: z.number().int().nullable(),
  next: z.string().nullable(),
});
export const GridTexts = Origin.extend({
  items: z.array(z.object({ reason: z.string(), key: z.string(), n: z.number().int(), sample: z.string() })),
  total: z.number().int(),
});
export type QualityAnswer = z.infer<typeof Quality>;
export type DataGridAnswer = z.infer<typeof DataGrid>;
export type GridAddressesAnswer = z.infer<typeof GridAddresses>;
export type GridTextsAnswer = z.infer<typeof GridTexts>;
