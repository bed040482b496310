import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { WHOLE_CITY } from '../access/index.ts';
import { readDivision } from '../city/index.ts';
import { GRID_PARTS, listGridAddresses, listGridTexts } from '../collection/index.ts';
import { KeptMatchLevels } from '../records/index.ts';
import type { Runtime } from '../runtime.ts';
import { toldState } from './collectionRoutes.ts';
import * as dataGridShapes from './dataGridShapes.ts';
import { dataGridTable, qualityTable, visitedSince } from './dataGridTables.ts';
import { answers, id } from './params.ts';
import { LEVELS } from './shapes.ts';

const days = z.coerce
  .number()
  .int()
  .min(1)
  .max(3660)
  .default(90)
  .openapi({ description: 'a visit counts that was in the last so many days' });
const division = id.optional().openapi({ description: 'a division with all below it' });
const limit = z.coerce.number().int().min(1).max(1000).default(100);

const QualityQuery = z.strictObject({
  by: z.literal('division').default('division'),
  level: z.enum(LEVELS).default('district'),
  division,
});
const GridQuery = z.strictObject({ level: z.enum(LEVELS).default('community'), division, days });
const AddressQuery = z.strictObject({
  division,
  part: z.enum(GRID_PARTS).default('all'),
  days,
  matchLevel: z
    .string()
    .regex(/^[a-z_]{1,30}$/, 'a level of places')
    .optional(),
  after: z.string().max(40).optional(),
  limit,
});
const TextQuery = z.strictObject({ division: id, limit });

/** How near records came, and how well and how lately addresses were collected. @param onError told of what fails behind an answer. */
export function dataGridRoutes(app: OpenAPIHono, runtime: Runtime, onError: (error: unknown) => void): void {
  const { db } = runtime;
  const now = () => runtime.clock().now();
  const told = <Answer extends object>(answer: Answer) => ({
    demonstration: runtime.city().kind === 'demo',
    ...answer,
  });
  const kept = new KeptMatchLevels(db, now, onError);

  app.openapi(
    createRoute({
      method: 'get',
      path: '/geocode/quality',
      summary: 'How near the records came, by division, and what was not found by source',
      request: { query: QualityQuery },
      responses: answers(
        dataGridShapes.Quality,
        'Shares by level; kept in memory and counted again behind the answers',
      ),
    }),
    async (c) => {
      const { level, division = null } = c.req.valid('query');
      runtime.city();
      if (division !== null) await readDivision(db, division);
      const counted = await kept.get();
      const table = await db.snapshot((client) =>
        qualityTable(client, WHOLE_CITY, counted, { level, division }, now()),
      );
      return c.json(told(table), 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/datagrid',
      summary: 'Coverage and freshness of field collection by division',
      request: { query: GridQuery },
      responses: answers(dataGridShapes.DataGrid, 'Each figure with its list; definitions say what is counted'),
    }),
    async (c) => {
      const { level, division = null, days } = c.req.valid('query');
      runtime.city();
      if (division !== null) await readDivision(db, division);
      const table = await db.snapshot((client) => dataGridTable(client, WHOLE_CITY, { level, division }, days, now()));
      return c.json(told(table), 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/datagrid/addresses',
      summary: 'The addresses behind a figure of the data grid',
      request: { query: AddressQuery },
      responses: answers(dataGridShapes.GridAddresses, 'A page; pass next as after'),
    }),
    async (c) => {
      const { division = null, days, matchLevel = null, after = null, ...rest } = c.req.valid('query');
      if (division !== null) await readDivision(db, division);
      const filter = { ...rest, division, since: visitedSince(now(), days), matchLevel, after };
      const { items, ...page } = await db.snapshot((client) => listGridAddresses(client, WHOLE_CITY, filter));
      const shown = items.map(({ level, ...state }) => ({ ...toldState(state), level }));
      return c.json(told({ items: shown, ...page }), 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/datagrid/texts',
      summary: 'The texts behind people without an address, by what one correction would fix',
      request: { query: TextQuery },
      responses: answers(dataGridShapes.GridTexts, 'What would fix most first'),
    }),
    async (c) => {
      const { division, limit } = c.req.valid('query');
      await readDivision(db, division);
      return c.json(told(await listGridTexts(db, WHOLE_CITY, division, limit)), 200);
    },
  );
}
