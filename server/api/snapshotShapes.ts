import { z } from '@hono/zod-openapi';
import { INDICATOR_IDS } from '../cases/measures.ts';
import { CUTS } from '../kpi/figures.ts';
import { Rate, instant } from './shapes.ts';

const hex = z.string().openapi({ description: 'in hexadecimal digits' });

/** A month that has ended. docs/snapshots.md tells what is hashed and signed. */
export const Snapshot = z.object({
  n: z.number().int(),
  month: z.string().openapi({ example: '2026-10' }),
  asOf: instant,
  takenAt: instant,
  timeZone: z.string(),
  demonstration: z.boolean(),
  definitions: z.record(z.string(), z.number().int()),
  seal: z.object({ id: z.number().int(), hash: hex }).nullable(),
  rowCount: z.number().int(),
  before: hex,
  hash: hex,
  keyId: z.string(),
  signature: z.string().openapi({ description: 'Ed25519 over the 32 bytes of hash, in base64' }),
});
export const Snapshots = z.object({ items: z.array(Snapshot) });

/** The key that proves signatures. */
export const SnapshotKey = z.object({ id: z.string(), algorithm: z.literal('Ed25519'), pem: z.string() });

const opened = { href: z.string(), numeratorHref: z.string() };
const of = {
  indicator: z.enum(INDICATOR_IDS),
  cut: z.enum(CUTS),
  key: z.string(),
  code: z.string(),
  nameZh: z.string(),
  nameEn: z.string(),
};
export const SnapshotWithRows = Snapshot.extend({ rows: z.array(Rate.extend({ ...of, ...opened })) });

const OpenedRate = Rate.extend(opened);
export const Adjustments = z.object({
  month: z.string(),
  demonstration: z.boolean(),
  snapshot: z.object({ asOf: instant, hash: hex }),
  /** When it was counted again. */
  asOf: instant,
  /** Indicators whose definition has another version since. */
  redefined: z.array(z.string()),
  rows: z.array(
    z.object({
      ...of,
      before: OpenedRate,
      after: OpenedRate,
      numeratorChange: z.number().int(),
      denominatorChange: z.number().int(),
      change: z.number().nullable(),
    }),
  ),
});
export type SnapshotAnswer = z.infer<typeof Snapshot>;
export type SnapshotWithRows = z.infer<typeof SnapshotWithRows>;
export type Adjustments = z.infer<typeof Adjustments>;
export type SnapshotKeyAnswer = z.infer<typeof SnapshotKey>;
