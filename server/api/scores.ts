import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { WHOLE_CITY } from '../access/index.ts';
import { listSchemes, readScores } from '../kpi/index.ts';
import type { Runtime } from '../runtime.ts';
import { asFile, exportQuery, scoreFile } from './tableFiles.ts';
import { answers, day, parseAsOf, parsePeriod } from './params.ts';
import { ScoreSchemes, ScoreTable } from './scoreShapes.ts';
import { LEVELS } from './shapes.ts';

const Query = z.strictObject({
  scheme: z.string().min(1).max(60).default('default'),
  by: z.enum(['division', 'department']).default('division'),
  level: z.enum(LEVELS).default('district').openapi({ description: 'of by=division' }),
  from: day,
  to: day,
  ...exportQuery,
  asOf: z.iso.datetime({ offset: true }).optional().openapi({ description: 'what was known then' }),
});

/** /scores: divisions and departments by a scheme of weights. */
export function scoreRoutes(app: OpenAPIHono, runtime: Runtime): void {
  const { db } = runtime;
  app.use('/scores', asFile('scores', scoreFile));
  app.openapi(
    createRoute({
      method: 'get',
      path: '/scores/schemes',
      summary: 'Schemes of scores: weights and bounds of grades',
      responses: answers(ScoreSchemes, 'The last version of each'),
    }),
    async (c) => c.json({ items: await listSchemes(db) }, 200),
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/scores',
      summary: 'Scores and grades A to E, best first',
      description:
        'Points are of 100. A rate without a denominator has no points, and its weight is shared among the others: `weight` says what each weighed.',
      request: { query: Query },
      responses: answers(ScoreTable, 'Totals, with every figure behind them'),
    }),
    async (c) => {
      const { scheme, by, level, asOf: given } = c.req.valid('query');
      const [now, { timeZone, kind }] = [runtime.clock().now(), runtime.city()];
      const asOf = parseAsOf(given, now);
      const query = { scheme, by, level, period: parsePeriod(c.req.valid('query')), timeZone, now, asOf };
      const table = await db.snapshot((client) => readScores(client, WHOLE_CITY, query));
      return c.json({ ...table, demonstration: kind === 'demo' }, 200);
    },
  );
}
