import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { WHOLE_CITY } from '../access/index.ts';
import { INDICATOR_IDS } from '../cases/index.ts';
import { HekanError } from '../errors.ts';
import {
  CUTS,
  listSnapshots,
  openRow,
  parseMonth,
  readAdjustments,
  readCityKey,
  readSignedRows,
  readSnapshot,
  seenRows,
  type SnapshotRow,
  type StoredSnapshot,
} from '../kpi/index.ts';
import type { Runtime } from '../runtime.ts';
import { answers } from './params.ts';
import * as shapes from './snapshotShapes.ts';
import type { Turns } from './turns.ts';

const Params = z.object({ month: z.string().openapi({ example: '2026-10' }) });
const Query = z.strictObject({ indicator: z.enum(INDICATOR_IDS).optional(), cut: z.enum(CUTS).optional() });
type Given = z.infer<typeof Query>;

function toAnswer(one: StoredSnapshot): shapes.SnapshotAnswer {
  const { seal, before, hash, signature, asOf, takenAt, ...rest } = one;
  return {
    ...rest,
    asOf: asOf.toISOString(),
    takenAt: takenAt.toISOString(),
    seal: seal && { id: seal.id, hash: seal.hash.toString('hex') },
    before: before.toString('hex'),
    hash: hash.toString('hex'),
    signature: signature.toString('base64'),
  };
}

/** Only the rows of an indicator, or of a cut, where that is asked for. */
const asked =
  ({ indicator, cut }: Given) =>
  (row: Pick<SnapshotRow, 'indicator' | 'cut'>) =>
    (indicator === undefined || row.indicator === indicator) && (cut === undefined || row.cut === cut);

/** /kpi/snapshots: months that have ended, signed, and what has changed since. Before /kpi/{id}. */
export function snapshotRoutes(
  app: OpenAPIHono,
  { db, clock }: Runtime,
  keyFile: string | undefined,
  turns: Turns,
): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/kpi/snapshots',
      summary: 'Months that have ended, signed',
      responses: answers(shapes.Snapshots, 'In the order of their chain'),
    }),
    async (c) => c.json({ items: (await listSnapshots(db)).map(toAnswer) }, 200),
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/kpi/snapshots/key',
      summary: 'The public key of their signatures',
      responses: answers(shapes.SnapshotKey, 'The key; 404 until something was signed'),
    }),
    (c) => {
      const key = keyFile === undefined ? null : readCityKey(keyFile);
      if (!key) throw new HekanError('not_found', 'nothing has been signed yet', { field: 'path', given: 'key' });
      return c.json({ id: key.id, algorithm: 'Ed25519' as const, pem: key.pem }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/kpi/snapshots/{month}',
      summary: 'The figures of a month as they were signed',
      request: { params: Params, query: Query },
      responses: answers(shapes.SnapshotWithRows, 'In the order in which they were signed'),
    }),
    async (c) => {
      const month = parseMonth('month', c.req.valid('param').month);
      const answer = await db.snapshot(async (client) => {
        const one = await readSnapshot(client, month);
        const rows = await seenRows(client, WHOLE_CITY, await readSignedRows(client, month));
        return { one, rows: rows.filter(asked(c.req.valid('query'))) };
      });
      const rows = answer.rows.map(({ hash: _h, place: _p, numerator: _n, denominator: _d, ...row }, i) => ({
        ...row,
        ...openRow(month, answer.one.asOf, answer.rows[i]!),
      }));
      return c.json({ ...toAnswer(answer.one), rows }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/kpi/snapshots/{month}/adjustments',
      summary: 'The same figures counted again now, where they differ',
      request: { params: Params, query: Query },
      responses: answers(shapes.Adjustments, 'Before, after, and the difference'),
    }),
    async (c) => {
      const month = parseMonth('month', c.req.valid('param').month);
      const now = clock().now();
      const { snapshot, redefined, rows } = await turns.take(() =>
        db.snapshot((client) => readAdjustments(client, WHOLE_CITY, month, now)),
      );
      const { demonstration, asOf, hash } = snapshot;
      return c.json(
        {
          ...{ month, demonstration, redefined, asOf: now.toISOString() },
          snapshot: { asOf: asOf.toISOString(), hash: hash.toString('hex') },
          rows: rows.filter(asked(c.req.valid('query'))),
        },
        200,
      );
    },
  );
}
