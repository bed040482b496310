import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { WHOLE_CITY } from '../access/index.ts';
import { INDICATOR_IDS, type IndicatorId } from '../cases/index.ts';
import type { Queryable } from '../db/index.ts';
import { badRequest, HekanError } from '../errors.ts';
import {
  dayIn,
  daysBetween,
  defaultPeriod,
  KEYED,
  KPI_DEFINITIONS,
  listNames,
  readKpi,
  TIME_UNITS,
  type By,
  type Keyed,
  type KpiQuery,
} from '../kpi/index.ts';
import type { Runtime } from '../runtime.ts';
import { asFile, definitionsFile, exportQuery, kpiFile } from './tableFiles.ts';
import { answers, day, id, parseAsOf, parsePeriod } from './params.ts';
import * as shapes from './shapes.ts';

const MAX_DAYS = 3660;
/** By hour there are 24 rows a day; whose work it was is looked up case by case. */
const MAX_DAYS_OF: Partial<Record<By, number>> = { hour: 31, person: 92 };

const Query = z.strictObject({
  by: z.enum(shapes.KPI_BY).default('division'),
  level: z.enum(shapes.LEVELS).default('district').openapi({ description: 'of by=division' }),
  parent: id.optional().openapi({ description: 'of by=division: only divisions inside this one' }),
  division: id.optional().openapi({ description: 'only cases of this division' }),
  category: z.string().min(1).max(100).optional().openapi({ description: 'only cases of this category, by its code' }),
  source: z.string().min(1).max(100).optional(),
  department: z.string().max(100).optional().openapi({ description: 'its key; empty: none' }),
  owner: z.enum(['hosted', 'federated']).optional(),
  from: day,
  to: day,
  asOf: z.iso.datetime({ offset: true }).optional().openapi({ description: 'what was known then' }),
  ...exportQuery,
  compare: z.enum(['yoy', 'pop']).optional().openapi({ description: 'with a year before, or with the period before' }),
});
type Given = z.infer<typeof Query>;

/** @throws HekanError('not_found'). */
export function parseIndicator(name: string): IndicatorId {
  const found = INDICATOR_IDS.find((one) => one === name);
  if (!found)
    throw new HekanError('not_found', `no indicator ${name.slice(0, 60)}`, { field: 'id', given: name.slice(0, 60) });
  return found;
}

/** The keys that a request narrows the cases to. @throws HekanError('bad_request') for a name that there is not. */
async function readOnly(client: Queryable, given: Given): Promise<KpiQuery['only']> {
  const found: { kind: Keyed; code: string; ids: number[] }[] = [];
  for (const kind of KEYED) {
    const code = given[kind];
    if (code === undefined) continue;
    const ids = (await listNames(client, kind)).filter((one) => one.code === code).map(({ key }) => Number(key));
    if (ids.length === 0) throw badRequest(kind, code, `a ${kind} that there is`);
    found.push({ kind, code, ids });
  }
  return found;
}

/** What a request asks for. @throws HekanError('bad_request') that names the field. */
function parseQuery(indicator: IndicatorId, given: Given, runtime: Runtime): Omit<KpiQuery, 'only'> {
  const { by, level, parent, division } = given;
  const [now, timeZone] = [runtime.clock().now(), runtime.city().timeZone];
  if (by === 'division' && division !== undefined)
    throw badRequest('division', String(division), 'parent, where by=division');
  const asOf = parseAsOf(given.asOf, now);
  const period = defaultPeriod(by, parsePeriod(given), dayIn(timeZone, asOf ?? now));
  const { from, to } = period;
  const max = MAX_DAYS_OF[by] ?? MAX_DAYS;
  const bounded = (TIME_UNITS as readonly By[]).includes(by) || by === 'person';
  if (bounded && from !== null && to !== null) {
    if (from > to) throw badRequest('from', from, `a day not after to (${to})`);
    if (daysBetween(from, to) > max) throw badRequest('from', from, `at most ${max} days before to`);
  }
  const compare = given.compare ?? null;
  if (compare && (from === null || to === null)) throw badRequest('compare', compare, 'from and to beside it');
  return { id: indicator, by, level, division: division ?? parent ?? null, period, compare, timeZone, now, asOf };
}

/** /kpi: definitions and figures. */
export function kpiRoutes(app: OpenAPIHono, runtime: Runtime): void {
  const { db } = runtime;
  app.use('/kpi', asFile('indicators', definitionsFile));
  app.use('/kpi/:id', asFile('kpi', kpiFile));
  app.openapi(
    createRoute({
      method: 'get',
      path: '/kpi',
      summary: 'What each indicator counts',
      request: { query: z.strictObject(exportQuery) },
      responses: answers(shapes.KpiDefinitions, 'Definitions'),
    }),
    (c) => c.json({ items: KPI_DEFINITIONS }, 200),
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/kpi/{id}',
      summary: 'An indicator by division, category, source, department, owner, person or time',
      request: { params: z.object({ id: z.string().openapi({ example: 'completion' }) }), query: Query },
      responses: answers(shapes.KpiTable, 'Rates with their fractions'),
    }),
    async (c) => {
      const query = parseQuery(parseIndicator(c.req.valid('param').id), c.req.valid('query'), runtime);
      const table = await db.snapshot(async (client) =>
        readKpi(client, WHOLE_CITY, { ...query, only: await readOnly(client, c.req.valid('query')) }),
      );
      return c.json({ ...table, demonstration: runtime.city().kind === 'demo' }, 200);
    },
  );
}
